package resnet4j.train;

import java.util.List;
import resnet4j.config.Checks;
import resnet4j.tensor.Tensor;
import resnet4j.tensor.Updates;

/** How gradients move weights; PyTorch's arithmetic under PyTorch's names. */
public sealed interface Optim {
    /** The learning rate where the schedule's factor is 1. */
    double lr();

    /** Pull of the weights towards zero. */
    double weightDecay();

    /** Whether one-dimensional weights (norms, biases) are pulled too. arXiv:1812.01187 section 3.1 leaves them out. */
    boolean decayNorms();

    /** Names of the tensors of memory that each weight has, each of the weight's shape. */
    List<String> memory();

    /** One step on all weights at once; {@code memory} and {@code counts} are updated in place. */
    void step(
            List<Tensor> weights,
            List<Tensor> gradients,
            List<List<Tensor>> memory,
            List<Tensor> counts,
            double lr,
            double weightDecay);

    /** {@code torch.optim.SGD}. */
    record Sgd(double lr, double momentum, boolean nesterov, double weightDecay, boolean decayNorms) implements Optim {
        public Sgd() {
            this(0.1, 0.9, false, 1e-4, true);
        }

        public Sgd {
            check(lr, weightDecay);
            Checks.chance("momentum", momentum);
            if (nesterov && momentum == 0)
                throw new IllegalArgumentException("nesterov: expected a momentum above 0, got 0");
        }

        @Override
        public List<String> memory() {
            return momentum == 0 ? List.of() : List.of("momentum");
        }

        @Override
        public void step(
                List<Tensor> weights,
                List<Tensor> gradients,
                List<List<Tensor>> memory,
                List<Tensor> counts,
                double lr,
                double weightDecay) {
            var momenta = momentum == 0 ? List.<Tensor>of() : memory.get(0);
            Updates.sgdStep(weights, gradients, momenta, weightDecay, momentum, lr, nesterov);
        }
    }

    /**
     * SGD for large batches: each weight's rate follows its length. Weights that are not pulled towards zero move by plain
     * SGD, as SimCLR and BYOL have it. You et al. 2017, arXiv:1708.03888.
     *
     * @param trust how far a weight may move at a rate of 1, as a share of its length
     */
    record Lars(double lr, double momentum, double trust, double weightDecay, boolean decayNorms) implements Optim {
        public Lars() {
            this(0.3, 0.9, 1e-3, 1e-6, false);
        }

        public Lars {
            check(lr, weightDecay);
            Checks.chance("momentum", momentum);
            if (!(trust > 0 && trust <= 1))
                throw new IllegalArgumentException("trust: expected more than 0 and at most 1, got " + trust);
        }

        @Override
        public List<String> memory() {
            return momentum == 0 ? List.of() : List.of("momentum");
        }

        @Override
        public void step(
                List<Tensor> weights,
                List<Tensor> gradients,
                List<List<Tensor>> memory,
                List<Tensor> counts,
                double lr,
                double weightDecay) {
            var momenta = momentum == 0 ? List.<Tensor>of() : memory.get(0);
            var moves = weightDecay == 0 ? gradients : Updates.trusted(weights, gradients, weightDecay, trust);
            Updates.sgdStep(weights, moves, momenta, 0, momentum, lr, false);
        }
    }

    /** {@code torch.optim.Adam}: weight decay is part of the gradient. arXiv:1412.6980. */
    record Adam(double lr, double beta1, double beta2, double eps, double weightDecay, boolean decayNorms)
            implements Optim {
        public Adam() {
            this(1e-3, 0.9, 0.999, 1e-8, 0, true);
        }

        public Adam {
            check(lr, weightDecay);
            Checks.chance("beta1", beta1);
            Checks.chance("beta2", beta2);
            finite("eps", eps);
        }

        @Override
        public List<String> memory() {
            return List.of("average", "square");
        }

        @Override
        public void step(
                List<Tensor> weights,
                List<Tensor> gradients,
                List<List<Tensor>> memory,
                List<Tensor> counts,
                double lr,
                double weightDecay) {
            Updates.adamStep(
                    false,
                    weights,
                    gradients,
                    memory.get(0),
                    memory.get(1),
                    counts,
                    lr,
                    beta1,
                    beta2,
                    weightDecay,
                    eps);
        }
    }

    /** {@code torch.optim.AdamW}: weight decay apart from the gradient. arXiv:1711.05101. */
    record AdamW(double lr, double beta1, double beta2, double eps, double weightDecay, boolean decayNorms)
            implements Optim {
        public AdamW() {
            this(1e-3, 0.9, 0.999, 1e-8, 1e-2, false);
        }

        public AdamW {
            check(lr, weightDecay);
            Checks.chance("beta1", beta1);
            Checks.chance("beta2", beta2);
            finite("eps", eps);
        }

        @Override
        public List<String> memory() {
            return List.of("average", "square");
        }

        @Override
        public void step(
                List<Tensor> weights,
                List<Tensor> gradients,
                List<List<Tensor>> memory,
                List<Tensor> counts,
                double lr,
                double weightDecay) {
            Updates.adamStep(
                    true, weights, gradients, memory.get(0), memory.get(1), counts, lr, beta1, beta2, weightDecay, eps);
        }
    }

    private static void check(double lr, double weightDecay) {
        Checks.aboveZero("lr", lr);
        finite("weightDecay", weightDecay);
    }

    private static void finite(String field, double value) {
        if (!(value >= 0 && Double.isFinite(value)))
            throw new IllegalArgumentException(field + ": expected a finite number >= 0, got " + value);
    }
}
