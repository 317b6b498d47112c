package resnet4j.segment;

import static resnet4j.tensor.Losses.scale;

import java.io.IOException;
import java.util.List;
import resnet4j.data.DataSource;
import resnet4j.image.LabelMap;
import resnet4j.model.ClassificationNet.Output;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;
import resnet4j.train.Machine;
import resnet4j.train.Objective;
import resnet4j.train.Recipe;
import resnet4j.train.Task;

/**
 * What each pixel shows.
 *
 * @param loss         what is added up to the loss; cross entropy where it is left out
 * @param classWeights how much each class counts in the losses; empty where all count the same
 */
public record Segment(List<PixelLoss> loss, List<Double> classWeights) implements Objective {
    public Segment {
        loss = List.copyOf(loss);
        if (loss.stream().noneMatch(part -> part.share() > 0))
            throw new IllegalArgumentException("loss: expected at least one with a share above 0, got " + loss);
        classWeights = List.copyOf(classWeights);
        for (double weight : classWeights)
            if (!(weight >= 0 && Double.isFinite(weight)))
                throw new IllegalArgumentException("classWeights: expected finite numbers of 0 or more, got " + weight);
    }

    public Segment() {
        this(List.of(new PixelLoss.CrossEntropy()), List.of());
    }

    /** {@code {"learn": "segment"}}. */
    public static final class Added implements Objective.Addition {
        @Override
        public void register() {
            Objective.register(Segment.class);
        }
    }

    /**
     * The sum of the outputs' losses by their weights, where each pixel that is not ignored counts.
     *
     * @param outputs a network's, each with logits [N,classes,H,W]
     * @param labels  [N,H,W] int64
     * @param weights of the classes, [classes], or null
     */
    Tensor loss(List<Output> outputs, Tensor labels, Tensor weights, double smoothing) {
        Tensor sum = null;
        for (var output : outputs)
            for (var part : loss) {
                var one = scale(part.of(output.logits(), labels, weights, smoothing), part.share() * output.weight());
                sum = sum == null ? one : Ops.add(sum, one);
            }
        return sum;
    }

    @Override
    public Class<LabelMap> target() {
        return LabelMap.class;
    }

    @Override
    public String headline() {
        return IouScore.HEADLINE;
    }

    @Override
    public Task<LabelMap> task(Recipe recipe, DataSource<?> data, Machine machine) throws IOException {
        return new Segmentation(this, recipe, data.of(LabelMap.class), machine);
    }
}
