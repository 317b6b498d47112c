package resnet4j.train;

import java.util.List;
import resnet4j.config.Checks;

/** The learning rate's factor over a run, as a pure function of progress in [0,1], the share of updates done. */
public sealed interface Schedule {
    /** The factor at {@code progress}, warm-up included. */
    default double at(double progress) {
        if (progress < warmup()) return progress / warmup();
        return after((progress - warmup()) / (1 - warmup()));
    }

    /** Share of the run in which the rate grows linearly from zero. arXiv:1706.02677 section 2.2. */
    double warmup();

    /** The factor after warm-up, at {@code p} in [0,1] of what is left. */
    double after(double p);

    record Constant(double warmup) implements Schedule {
        public Constant() {
            this(0);
        }

        public Constant {
            Checks.chance("warmup", warmup);
        }

        @Override
        public double after(double p) {
            return 1;
        }
    }

    /** Times {@code gamma} each {@code every} share of the run. */
    record Step(double every, double gamma, double warmup) implements Schedule {
        public Step() {
            this(1.0 / 3, 0.1, 0);
        }

        public Step {
            Checks.chance("warmup", warmup);
            if (!(every > 0 && every <= 1)) throw new IllegalArgumentException("every: expected (0,1], got " + every);
            positive("gamma", gamma);
        }

        @Override
        public double after(double p) {
            return Math.pow(gamma, Math.floor(ofRun(p, warmup) / every + 1e-9));
        }
    }

    /** Times {@code gamma} at each milestone, in shares of the run: 0.5 and 0.75 in He et al. 2015 section 4.2. */
    record MultiStep(List<Double> milestones, double gamma, double warmup) implements Schedule {
        public MultiStep() {
            this(List.of(0.5, 0.75), 0.1, 0);
        }

        public MultiStep {
            Checks.chance("warmup", warmup);
            milestones = List.copyOf(milestones);
            for (double m : milestones)
                if (!(m > 0 && m < 1))
                    throw new IllegalArgumentException("milestones: expected shares in (0,1), got " + milestones);
            positive("gamma", gamma);
        }

        @Override
        public double after(double p) {
            double progress = ofRun(p, warmup);
            return Math.pow(
                    gamma, milestones.stream().filter(m -> progress >= m - 1e-9).count());
        }
    }

    /** Half a cosine from 1 down to {@code floor}. arXiv:1608.03983. */
    record Cosine(double floor, double warmup) implements Schedule {
        public Cosine() {
            this(0, 0);
        }

        public Cosine {
            Checks.chance("warmup", warmup);
            if (!(floor >= 0 && floor <= 1)) throw new IllegalArgumentException("floor: expected [0,1], got " + floor);
        }

        @Override
        public double after(double p) {
            return floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * p));
        }
    }

    /** Up to 1 in the warm-up, then down to zero in a straight line. arXiv:1708.07120. */
    record OneCycle(double warmup) implements Schedule {
        public OneCycle() {
            this(0.3);
        }

        public OneCycle {
            Checks.chance("warmup", warmup);
        }

        @Override
        public double after(double p) {
            return 1 - p;
        }
    }

    /** What is left of the run to the power of {@code power}: PyTorch's {@code PolynomialLR}. arXiv:1412.7062, section 4.1. */
    record Polynomial(double power, double warmup) implements Schedule {
        public Polynomial() {
            this(0.9, 0);
        }

        public Polynomial {
            Checks.chance("warmup", warmup);
            positive("power", power);
        }

        @Override
        public double after(double p) {
            return Math.pow(1 - p, power);
        }
    }

    /** Progress in the run, at {@code p} of what is left after the warm-up. */
    private static double ofRun(double p, double warmup) {
        return warmup + p * (1 - warmup);
    }

    private static void positive(String field, double value) {
        if (!(value > 0)) throw new IllegalArgumentException(field + ": expected more than 0, got " + value);
    }
}
