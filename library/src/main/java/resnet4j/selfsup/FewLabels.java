package resnet4j.selfsup;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import resnet4j.config.Checks;
import resnet4j.data.Augment;
import resnet4j.data.DataSource;
import resnet4j.data.Dataset;
import resnet4j.data.Label;
import resnet4j.tensor.Tensor;
import resnet4j.train.Machine;
import resnet4j.train.Objective;
import resnet4j.train.Recipe;
import resnet4j.train.Task;

/**
 * The class of each picture, by few that have labels and many that have none, whose classes the network guesses for itself.
 * An epoch is all pictures without labels; those that have labels go around beside them.
 */
public sealed interface FewLabels extends Objective permits FixMatch, PseudoLabel {
    /** How many training pictures keep their labels, evenly by class; 0 for all, where others have none. */
    int labels();

    /** Pictures without labels, {@code kind:path}; the training pictures beyond {@link #labels} where absent. */
    Optional<String> unlabelled();

    /** Pictures without labels in a step, for each with one. */
    int ratio();

    /** What each view of a picture without labels goes through. @param weak what one with a label does */
    List<List<Augment>> views(List<Augment> weak);

    /**
     * What pictures without labels say.
     *
     * @param loss in the mean of all of them, those not learned from included; [] with gradients
     * @param used how many are learned from
     */
    record Said(Tensor loss, int used) {}

    /** Nothing where no picture is learned from. @param logits of each view, [N,K] */
    Optional<Said> said(List<Tensor> logits);

    /** Factor of {@link Said#loss}. @param progress share of the run that is done */
    double weight(double progress);

    /** Refuses what cannot be. */
    static void check(int labels, Optional<String> unlabelled, int ratio, double weight) {
        Checks.atLeast("labels", 0, labels);
        Checks.atLeast("ratio", 1, ratio);
        if (!(weight >= 0 && Double.isFinite(weight)))
            throw new IllegalArgumentException("weight: expected a finite number >= 0, got " + weight);
        if (labels > 0 && unlabelled.isPresent())
            throw new IllegalArgumentException(
                    "labels: expected 0, all of them, where pictures without labels are given, got " + labels + " and "
                            + unlabelled.get());
    }

    @Override
    default Class<Label> target() {
        return Label.class;
    }

    @Override
    default String headline() {
        return "top1";
    }

    /** With the pictures that have labels, and those that have none, apart. */
    @Override
    default Task<Label> task(Recipe recipe, DataSource<?> data, Machine machine) throws IOException {
        var all = data.of(Label.class);
        Dataset<Label> labelled = all.train(), others;
        if (unlabelled().isPresent()) {
            others = DataSource.parse(unlabelled().get()).train();
        } else {
            int pictures = labelled.size(), classes = labelled.classes().size();
            if (labels() < classes || labels() >= pictures)
                throw new IllegalArgumentException(
                        "learn.labels: expected " + classes + " or more, one of each class, and"
                                + " fewer than the " + pictures + " training pictures, got " + labels()
                                + "; or name pictures without labels, as in learn.unlabelled=unlabelled:DIR");
            var split = labelled.split((double) labels() / pictures, recipe.seed());
            labelled = split.held();
            others = split.rest();
        }
        return new Guessing(
                this, recipe, new DataSource<>(all.name(), labelled, all.val(), all.test()), others, machine);
    }
}
