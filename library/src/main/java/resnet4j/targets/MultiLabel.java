package resnet4j.targets;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import resnet4j.config.Checks;
import resnet4j.data.Dataset;
import resnet4j.data.Labels;
import resnet4j.eval.Interval;
import resnet4j.eval.LabelsScore;
import resnet4j.eval.Outputs;
import resnet4j.eval.Score;
import resnet4j.model.Answer;
import resnet4j.report.Section;
import resnet4j.tensor.Device;
import resnet4j.tensor.Losses;
import resnet4j.tensor.Tensor;
import resnet4j.train.Objective;

/** Any of the labels, or none: a sigmoid each, with a threshold each that is chosen on the pictures held out. */
public record MultiLabel(Loss loss) implements Aim<Labels> {
    public MultiLabel() {
        this(new Loss.Binary());
    }

    /** {@code {"learn": "multiLabel"}}, {@code "regress"} and {@code "ordinal"}. */
    public static final class Added implements Objective.Addition {
        @Override
        public void register() {
            Objective.register(MultiLabel.class);
            Objective.register(Regress.class);
            Objective.register(Ordinal.class);
        }
    }

    /** How far sigmoids are from labels. */
    public sealed interface Loss {
        Tensor of(Tensor logits, Tensor there);

        /** Binary cross entropy. */
        record Binary() implements Loss {
            @Override
            public Tensor of(Tensor logits, Tensor there) {
                return Losses.binaryCrossEntropy(logits, there);
            }
        }

        /**
         * Less weight for what is already right, least for labels that are absent, of which there are most. Ben-Baruch et al.
         * 2020, arXiv:2009.14119.
         */
        record Asymmetric(double present, double absent, double clip) implements Loss {
            public Asymmetric {
                Checks.between("present", 0, 10, present);
                Checks.between("absent", 0, 10, absent);
                Checks.between("clip", 0, 0.5, clip);
            }

            /** The authors'. */
            public Asymmetric() {
                this(1, 4, 0.05);
            }

            @Override
            public Tensor of(Tensor logits, Tensor there) {
                return Losses.asymmetric(logits, there, present, absent, clip);
            }
        }
    }

    @Override
    public Class<Labels> target() {
        return Labels.class;
    }

    @Override
    public String headline() {
        return LabelsScore.HEADLINE;
    }

    @Override
    public Answer answer(Dataset<Labels> train) throws IOException {
        int labels = train.classes().size();
        var counts = new int[labels];
        for (int i = 0; i < train.size(); i++) for (int label : train.target(i).indices()) counts[label]++;
        boolean told = false;
        for (int count : counts) told |= count > 0 && count < train.size();
        if (!told)
            throw new IllegalArgumentException("data: expected a label that some pictures have and some have not, got "
                    + train.size() + " training pictures that are all alike in their labels");
        return Answer.Labels.half(labels);
    }

    @Override
    public Tensor loss(Tensor logits, List<Labels> targets, Answer answer, Device device) {
        int n = targets.size(), k = (int) logits.size(1);
        var there = new float[n * k];
        for (int i = 0; i < n; i++) for (int label : targets.get(i).indices()) there[i * k + label] = 1;
        return loss.of(logits, Tensor.of(there, n, k).to(device));
    }

    @Override
    public Answer chosen(Answer answer, Outputs<Labels> held) {
        return LabelsScore.thresholds(((Answer.Labels) answer).thresholds().size(), held);
    }

    @Override
    public Score score(List<String> names, Answer answer, Outputs<Labels> outputs) {
        return LabelsScore.of(names, (Answer.Labels) answer, outputs);
    }

    @Override
    public List<Section> sections(Score score) {
        var rows = ((LabelsScore) score)
                .labels().stream()
                        .map(r -> List.of(
                                r.name(),
                                Integer.toString(r.support()),
                                number(r.averagePrecision()),
                                number(r.auc()),
                                number(r.threshold()),
                                number(r.f1()),
                                share(r.sensitivity(), r.sensitivityInterval()),
                                share(r.specificity(), r.specificityInterval())))
                        .toList();
        return List.of(new Section(
                "Labels",
                "A label is said to be there from its threshold on, which was chosen for the most F1 on the validation"
                        + " pictures. In brackets: 95 % intervals (Wilson).",
                List.of(),
                List.of(
                        "Label",
                        "#Pictures",
                        "#Average precision",
                        "#AUC",
                        "#Threshold",
                        "#F1",
                        "#Sensitivity",
                        "#Specificity"),
                rows));
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%.3f", value);
    }

    private static String share(double value, Interval interval) {
        return Double.isNaN(value)
                ? ""
                : String.format(Locale.ROOT, "%.3f (%.3f to %.3f)", value, interval.low(), interval.high());
    }
}
