package resnet4j.segment;

import java.io.IOException;
import java.util.List;
import resnet4j.data.DataSource;
import resnet4j.image.LabelMap;
import resnet4j.model.Models;
import resnet4j.train.Machine;
import resnet4j.train.Objective;
import resnet4j.train.Recipe;
import resnet4j.train.Task;

/**
 * What each pixel shows: softmax and cross entropy of each that counts.
 *
 * @param classWeights how much pixels of each class count in the loss; empty where all count the same
 */
public record Segment(List<Double> classWeights) implements Objective {
    public Segment {
        classWeights = List.copyOf(classWeights);
        for (double weight : classWeights)
            if (!(weight >= 0 && Double.isFinite(weight)))
                throw new IllegalArgumentException("classWeights: expected finite numbers of 0 or more, got " + weight);
    }

    public Segment() {
        this(List.of());
    }

    /** {@code {"learn": "segment"}}, and the networks of this package. */
    public static final class Added implements Objective.Addition {
        @Override
        public void register() {
            Objective.register(Segment.class);
            for (var encoder : List.of("resnet18", "resnet34", "resnet50"))
                Models.register(new Models.Entry("unet_" + encoder, "unet", 256, UNet.of(encoder), "arXiv:1505.04597"));
        }
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
