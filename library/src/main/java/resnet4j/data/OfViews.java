package resnet4j.data;

import java.util.List;
import resnet4j.config.Checks;
import resnet4j.image.Step;
import resnet4j.image.Tone;

/** What makes views of a picture differ, for learning without labels. */
public sealed interface OfViews extends Augment {
    /** With probability {@code p}, these, one after another: torchvision's {@code RandomApply}. */
    record Sometimes(double p, List<Augment> augments) implements OfViews {
        public Sometimes {
            Checks.probability("p", p);
            augments = List.copyOf(augments);
        }

        @Override
        public List<Step> draw(Draw draw) {
            return draw.random().nextDouble() < p ? Augment.draw(augments, draw) : List.of();
        }
    }

    /** With probability {@code p}, without colour: torchvision's {@code RandomGrayscale}. */
    record Grey(double p) implements OfViews {
        public Grey {
            Checks.probability("p", p);
        }

        /** As SimCLR. arXiv:2002.05709, appendix A. */
        public Grey() {
            this(0.2);
        }

        @Override
        public List<Step> draw(Draw draw) {
            return draw.random().nextDouble() < p ? List.of(new Step.Tint(1, 1, 0, 0)) : List.of();
        }
    }

    /**
     * With probability {@code p}, blurred by a radius between two: Pillow's {@code GaussianBlur}. arXiv:2002.05709, appendix
     * A, for pictures of 224 pixels.
     */
    record Blur(double p, double least, double most) implements OfViews {
        public Blur {
            Checks.probability("p", p);
            Checks.between("least", 0, 100, least);
            Checks.between("most", least, 100, most);
        }

        public Blur() {
            this(0.5, 0.1, 2);
        }

        @Override
        public List<Step> draw(Draw draw) {
            if (draw.random().nextDouble() >= p) return List.of();
            double radius = least + draw.random().nextDouble() * (most - least);
            return List.of(new Step.Colours(Tone.BLUR, radius));
        }
    }

    /** With probability {@code p}, bytes of at least {@code threshold} inverted. arXiv:2006.07733, appendix B. */
    record Solarize(double p, int threshold) implements OfViews {
        public Solarize {
            Checks.probability("p", p);
            Checks.between("threshold", 0, 256, threshold);
        }

        public Solarize() {
            this(0.2, 128);
        }

        @Override
        public List<Step> draw(Draw draw) {
            return draw.random().nextDouble() < p ? List.of(new Step.Colours(Tone.SOLARIZE, threshold)) : List.of();
        }
    }

    /** Each view its own augmentations; those after the last have the last's. */
    record PerView(List<List<Augment>> views) implements OfViews {
        public PerView {
            views = views.stream().map(List::copyOf).toList();
            Checks.atLeast("views", 1, views.size());
        }

        @Override
        public List<Step> draw(Draw draw) {
            return Augment.draw(views.get(Math.min(draw.view(), views.size() - 1)), draw);
        }
    }
}
