package resnet4j.data;

import java.util.ArrayList;
import java.util.List;
import resnet4j.config.Checks;
import resnet4j.image.Step;

/** Augmentation that draws from fourteen operations. */
public sealed interface Policy extends Augment {
    /**
     * So many operations one after another, drawn from fourteen, all at one magnitude. Cubuk et al. 2019,
     * arXiv:1909.13719; ranges and pixels as torchvision's {@code RandAugment} on Pillow images.
     *
     * @param magnitude from 0 to {@code bins - 1}
     */
    record RandAugment(int operations, int magnitude, int bins) implements Policy {
        public RandAugment {
            Checks.atLeast("operations", 1, operations);
            Checks.atLeast("bins", 2, bins);
            Checks.between("magnitude", 0, bins - 1, magnitude);
        }

        public RandAugment() {
            this(2, 9, 31);
        }

        @Override
        public List<Step> draw(Draw draw) {
            var scale = Operation.Scale.ofRandAugment(draw.width(), draw.height());
            var steps = new ArrayList<Step>();
            for (int i = 0; i < operations; i++) {
                var operation = Operation.ALL.get(draw.random().nextInt(Operation.ALL.size()));
                double by = operation.drawn(operation.magnitude(scale, magnitude, bins), draw.random());
                steps.addAll(operation.steps(draw.width(), draw.height(), by));
            }
            return steps;
        }
    }

    /**
     * One of fourteen operations at a random magnitude. Müller and Hutter 2021, arXiv:2103.10158; ranges and pixels as
     * torchvision's {@code TrivialAugmentWide} on Pillow images.
     */
    record TrivialAugmentWide(int bins) implements Policy {
        public TrivialAugmentWide {
            Checks.atLeast("bins", 2, bins);
        }

        public TrivialAugmentWide() {
            this(31);
        }

        @Override
        public List<Step> draw(Draw draw) {
            var operation = Operation.ALL.get(draw.random().nextInt(Operation.ALL.size()));
            double most =
                    operation.magnitude(Operation.Scale.wide(), draw.random().nextInt(bins), bins);
            return operation.steps(draw.width(), draw.height(), operation.drawn(most, draw.random()));
        }
    }

    /**
     * The picture mixed with what chains of operations make of it, by random weights. Hendrycks et al. 2019,
     * arXiv:1912.02781; ranges as torchvision's {@code AugMix}, operations as on Pillow images without mixing pixels. For
     * targets that do not say where in the picture something is.
     *
     * @param severity of the operations, from 1 to 10
     * @param width    how many chains
     * @param depth    operations in a chain; 0 draws from 1 to 3
     */
    record AugMix(int severity, int width, int depth) implements Policy {
        private static final int BINS = 10; // torchvision's

        public AugMix {
            Checks.between("severity", 1, BINS, severity);
            Checks.atLeast("width", 1, width);
            Checks.atLeast("depth", 0, depth);
        }

        public AugMix() {
            this(3, 3, 0);
        }

        @Override
        public List<Step> draw(Draw draw) {
            var random = draw.random();
            double own = random.nextDouble(); // Beta(1, 1)
            var chains = new ArrayList<List<Step>>();
            var shares = new double[width]; // Dirichlet(1, ..., 1): exponential variables by their sum
            double sum = 0;
            for (int i = 0; i < width; i++) {
                sum += shares[i] = -Math.log(1 - random.nextDouble());
                var chain = new ArrayList<Step>();
                for (int left = depth > 0 ? depth : 1 + random.nextInt(3); left > 0; left--) chain.addAll(one(draw));
                chains.add(chain);
            }
            var weights = new ArrayList<Double>();
            for (double share : shares) weights.add((1 - own) * share / sum);
            return List.of(new Step.Mixture(own, chains, weights));
        }

        private List<Step> one(Draw draw) {
            var scale = Operation.Scale.ofAugMix(draw.width(), draw.height());
            var operation =
                    Operation.ALL.get(1 + draw.random().nextInt(Operation.ALL.size() - 1)); // all that do something
            double by = operation.magnitude(scale, draw.random().nextInt(severity), BINS);
            return operation.steps(draw.width(), draw.height(), operation.drawn(by, draw.random()));
        }
    }
}
