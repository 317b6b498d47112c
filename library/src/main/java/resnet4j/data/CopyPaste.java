package resnet4j.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import resnet4j.image.Image;
import resnet4j.image.Interpolation;
import resnet4j.image.LabelMap;
import resnet4j.image.Step;
import resnet4j.image.Target;

/**
 * Some things of the picture before each in its batch, around, pasted over it where they were there: of {@code n} things as
 * many as {@code n} draws with replacement choose. Masks lose what is pasted over them, boxes shrink to what is left, and
 * what is covered wholly is gone. Two pixels around what is pasted come with it, so that it has no hard edge, as torchvision's
 * reference does by blurring masks. Ghiasi et al. 2020, arXiv:2012.07177, section 3, best after {@code scaleJitter}.
 */
public record CopyPaste() implements Mix {
    private static final int AROUND = 2;

    @Override
    public boolean fits(Class<? extends Target<?>> target) {
        return target == Things.class;
    }

    /** @throws IllegalArgumentException for what is no thing with a mask */
    @Override
    @SuppressWarnings("unchecked") // T is Things, as each target is one
    public <T extends Target<T>> Batch<T> apply(Batch<T> batch, RandomGenerator random) {
        int n = batch.size();
        var images = batch.pixels().images();
        var pasted = new ArrayList<Image>();
        var targets = new ArrayList<Things>();
        for (int i = 0; i < n; i++) {
            int partner = i == 0 ? n - 1 : i - 1;
            var on = new Picture(images.get(i), things(batch.targets().get(i)));
            var from = new Picture(images.get(partner), things(batch.targets().get(partner)));
            var made = from.chosen(random).resized(on.image).over(on);
            pasted.add(made.image);
            targets.add(made.things);
        }
        return new Batch<>(List.of(batch.pixels().with(pasted)), (List<T>) targets, batch.indices(), Optional.empty());
    }

    private static Things things(Target<?> target) {
        if (target instanceof Things things
                && things.things().stream().allMatch(t -> t.crowd() || t.mask().isPresent())) return things;
        throw new IllegalArgumentException(
                "mix: expected things with a mask each to copy and paste, got others; leave copyPaste out");
    }

    private record Picture(Image image, Things things) {
        /** The same with some of its things alone. */
        Picture chosen(RandomGenerator random) {
            var single = things.things().stream().filter(t -> !t.crowd()).toList();
            var chosen = new TreeSet<Integer>();
            for (int i = 0; i < single.size(); i++) chosen.add(random.nextInt(single.size()));
            return new Picture(
                    image, new Things(chosen.stream().map(single::get).toList()));
        }

        Picture resized(Image like) {
            int w = like.width(), h = like.height();
            if (image.width() == w && image.height() == h) return this;
            var steps = List.<Step>of(new Step.Resize(image.width(), image.height(), w, h, Interpolation.BILINEAR));
            return new Picture(Step.all(steps, image), things.after(steps));
        }

        /** This one's things over another picture of its size. */
        Picture over(Picture under) {
            if (things.things().isEmpty()) return under;
            int w = image.width(), h = image.height();
            var covered = new boolean[w * h];
            for (var thing : things.things()) cover(thing.mask().orElseThrow(), covered);
            var rgb = under.image.rgb().clone();
            for (int i = 0; i < covered.length; i++)
                if (covered[i]) System.arraycopy(image.rgb(), 3 * i, rgb, 3 * i, 3);
            var all = new ArrayList<Things.Thing>();
            for (var thing : under.things.things()) left(thing, covered).ifPresent(all::add);
            all.addAll(things.things());
            return new Picture(new Image(w, h, rgb), new Things(all));
        }

        private static void cover(LabelMap mask, boolean[] covered) {
            int w = mask.width(), h = mask.height();
            for (int y = 0; y < h; y++)
                for (int x = 0; x < w; x++) {
                    if (mask.at(x, y) == 0) continue;
                    int from = Math.max(0, x - AROUND), to = Math.min(w, x + AROUND + 1);
                    for (int row = Math.max(0, y - AROUND); row < Math.min(h, y + AROUND + 1); row++)
                        Arrays.fill(covered, row * w + from, row * w + to, true);
                }
        }

        /** What of a thing is not covered, if anything is. */
        private static Optional<Things.Thing> left(Things.Thing thing, boolean[] covered) {
            if (thing.mask().isEmpty()) return Optional.of(thing); // a crowd
            var mask = thing.mask().get();
            var labels = mask.labels().clone();
            for (int i = 0; i < labels.length; i++) if (covered[i]) labels[i] = 0;
            var rest = new LabelMap(mask.width(), mask.height(), labels, mask.outside());
            boolean whole = Arrays.equals(labels, mask.labels());
            return rest.box()
                    .map(box -> new Things.Thing(
                            thing.label(),
                            whole ? thing.box() : box,
                            Optional.of(rest),
                            thing.points(),
                            thing.crowd()));
        }
    }
}
