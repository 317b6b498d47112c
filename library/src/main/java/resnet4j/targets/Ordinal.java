package resnet4j.targets;

import static resnet4j.tensor.Losses.binaryCrossEntropy;
import static resnet4j.tensor.Losses.scale;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import resnet4j.array.DType;
import resnet4j.data.Dataset;
import resnet4j.data.Label;
import resnet4j.data.Labelled;
import resnet4j.eval.OrderedScore;
import resnet4j.eval.Outputs;
import resnet4j.eval.Score;
import resnet4j.model.Answer;
import resnet4j.model.LinearHead;
import resnet4j.nn.Layer;
import resnet4j.report.Section;
import resnet4j.tensor.Device;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * Classes that have an order, such as grades: for each but the last, whether the picture is of a later one, by one weight
 * for all and a bias each, so that answers do not contradict each other. CORAL: Cao et al. 2019, arXiv:1901.07884.
 *
 * <p>The head is an ordinary linear layer whose rows are equal. They stay so, as in training each logit is the mean of all
 * logits without their biases, with its own bias: all rows get the same gradient.
 */
public record Ordinal() implements Aim<Label> {
    @Override
    public Class<Label> target() {
        return Label.class;
    }

    @Override
    public String headline() {
        return OrderedScore.HEADLINE;
    }

    @Override
    public Answer answer(Dataset<Label> train) throws IOException {
        int classes = train.classes().size(), seen = 0;
        for (int count : Labelled.classCounts(train)) if (count > 0) seen++;
        if (seen < 2)
            throw new IllegalArgumentException(
                    "data: expected training pictures of two classes or more, got " + seen + " of " + classes);
        return new Answer.Ordered();
    }

    @Override
    public Tensor loss(Tensor logits, List<Label> targets, Answer answer, Device device) {
        int n = targets.size(), k = (int) logits.size(1);
        var later = new float[n * k];
        for (int i = 0; i < n; i++) for (int c = 0; c < targets.get(i).index(); c++) later[i * k + c] = 1;
        return scale(binaryCrossEntropy(logits, Tensor.of(later, n, k).to(device)), k); // summed over the steps
    }

    @Override
    public Tensor tied(Tensor logits, Layer head) {
        var bias = linear(head).bias().orElseThrow();
        var own = Ops.add(logits.to(DType.F32), Ops.affine(bias, -1, 0)); // without biases
        return Ops.add(Ops.mean(own, List.of(1), true), bias);
    }

    @Override
    public void tie(Layer head) {
        var weight = linear(head).weight();
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            var mean = Ops.mean(weight, List.of(0), true);
            weight.set(Ops.add(weight.zerosLike(), mean));
        }
    }

    private static LinearHead linear(Layer head) {
        return LinearHead.of(head)
                .filter(found -> found.bias().isPresent())
                .orElseThrow(
                        () -> new IllegalArgumentException(
                                "model: expected a network whose head is one linear layer"
                                        + " with biases, as classes in an order share its weight and have a bias each; take a ResNet"));
    }

    @Override
    public Score score(List<String> names, Answer answer, Outputs<Label> outputs) {
        return OrderedScore.of(names, (Answer.Ordered) answer, outputs);
    }

    @Override
    public List<Section> sections(Score score) {
        var measured = (OrderedScore) score;
        var columns = new ArrayList<>(List.of("Class"));
        for (var name : measured.classes()) columns.add("#" + name);
        var rows = new ArrayList<List<String>>();
        for (int truth = 0; truth < measured.classes().size(); truth++) {
            var row = new ArrayList<>(List.of(measured.classes().get(truth)));
            for (int count : measured.confusion()[truth]) row.add(Integer.toString(count));
            rows.add(row);
        }
        return List.of(new Section(
                "Classes",
                "Pictures of each class, in rows, and what they were taken for, in columns.",
                List.of(),
                columns,
                rows));
    }
}
