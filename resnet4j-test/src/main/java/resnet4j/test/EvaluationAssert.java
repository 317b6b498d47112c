package resnet4j.test;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import resnet4j.config.Nearest;
import resnet4j.eval.Evaluation;
import resnet4j.eval.Evaluation.ClassResult;
import resnet4j.eval.Evaluation.Standing;

/** What has to be true of a classifier. Every assertion gives this again, so that they are chained. */
public final class EvaluationAssert {
    private final Evaluation evaluation;

    EvaluationAssert(Evaluation evaluation) {
        this.evaluation = evaluation;
    }

    /** The share of pictures whose best class is the true one. */
    public Measurement<EvaluationAssert> accuracy() {
        return Measurement.ofShare(this, "accuracy", evaluation.correct(), evaluation.samples());
    }

    /** The share whose true class is among the five best. */
    public Measurement<EvaluationAssert> topFiveAccuracy() {
        return Measurement.ofShare(this, "top-5 accuracy", evaluation.top5Correct(), evaluation.samples());
    }

    /** Mean cross entropy, in nats. */
    public Measurement<EvaluationAssert> loss() {
        return number("loss", "loss", evaluation.loss());
    }

    /** Mean F1 of the classes. */
    public Measurement<EvaluationAssert> macroF1() {
        return number("macro F1", "macroF1", evaluation.macroF1());
    }

    /** Mean area under the ROC curves. */
    public Measurement<EvaluationAssert> rocArea() {
        return number("ROC area", "auc", evaluation.auc().orElse(Double.NaN));
    }

    /** Expected calibration error, in [0,1]. */
    public Measurement<EvaluationAssert> calibrationError() {
        return number("calibration error", "ece", evaluation.ece());
    }

    private Measurement<EvaluationAssert> number(String words, String name, double value) {
        return Measurement.of(
                this, words, value, Optional.ofNullable(evaluation.intervals().get(name)));
    }

    /** That it is surely better than naming one class for every picture. */
    public EvaluationAssert betterThanGuessing() {
        var standing = evaluation.standing().orElse(Standing.UNSURE);
        if (standing == Standing.GUESSING || standing == Standing.UNSURE)
            throw new AssertionError(String.format(
                    Locale.ROOT,
                    "accuracy: expected surely better than guessing, which gets %.4f, measured %.4f (%,d of %,d; 95 %%"
                            + " interval %.4f to %.4f)",
                    evaluation.guess(),
                    evaluation.top1(),
                    evaluation.correct(),
                    evaluation.samples(),
                    evaluation.interval().low(),
                    evaluation.interval().high()));
        return this;
    }

    /** That every picture could be read. */
    public EvaluationAssert readEveryPicture() {
        if (!evaluation.skipped().isEmpty())
            throw new AssertionError("pictures: expected that all can be read, and "
                    + evaluation.skipped().size() + " cannot, such as "
                    + evaluation.skipped().get(0).file() + ": "
                    + evaluation.skipped().get(0).reason());
        return this;
    }

    /** That there were so many pictures, without which a share says little. */
    public EvaluationAssert onAtLeast(int pictures) {
        if (evaluation.samples() < pictures)
            throw new AssertionError(
                    "pictures: expected at least " + pictures + ", measured on " + evaluation.samples());
        return this;
    }

    /** One class. @throws IllegalArgumentException if there is none of this name */
    public OfClass forClass(String name) {
        List<String> names =
                evaluation.perClass().stream().map(ClassResult::name).toList();
        int at = names.indexOf(name);
        if (at < 0)
            throw new IllegalArgumentException("class: expected one of the network's " + names.size() + ", got '" + name
                    + "'." + Nearest.hint(name, names));
        return new OfClass(at);
    }

    /** What has to be true of one class. */
    public final class OfClass {
        private final int at;

        private OfClass(int at) {
            this.at = at;
        }

        private ClassResult result() {
            return evaluation.perClass().get(at);
        }

        private String named(String what) {
            return what + " of " + result().name();
        }

        /** The share of its pictures that are found. */
        public Measurement<OfClass> recall() {
            return Measurement.ofShare(this, named("recall"), result().correct(), result().support());
        }

        /** The share of what is taken for it that is. */
        public Measurement<OfClass> precision() {
            long taken = 0;
            for (int[] row : evaluation.confusion()) taken += row[at];
            return Measurement.ofShare(this, named("precision"), result().correct(), taken);
        }

        /** Harmonic mean of the two. */
        public Measurement<OfClass> f1() {
            return Measurement.of(this, named("F1"), result().f1(), Optional.empty());
        }

        /** How many of its pictures are taken for another class, as a share. */
        public Measurement<OfClass> takenFor(String other) {
            int taken = forClass(other).at;
            return Measurement.ofShare(
                    this,
                    "share of " + result().name() + " taken for " + other,
                    evaluation.confusion()[at][taken],
                    result().support());
        }

        /** Another class. */
        public OfClass forClass(String name) {
            return EvaluationAssert.this.forClass(name);
        }

        /** All classes again. */
        public EvaluationAssert overall() {
            return EvaluationAssert.this;
        }
    }
}
