package resnet4j.detect;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import resnet4j.export.OnnxProgram.Value;
import resnet4j.nn.Layer;
import resnet4j.nn.Net;
import resnet4j.nn.Norm;
import resnet4j.tensor.Losses;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** What is said of a thing besides its class and box, from its piece of the pyramid. He et al. 2017, arXiv:1703.06870. */
abstract class BoxDetail extends Net {
    static final RoiPool POOL = new RoiPool(14, 2);
    static final String ANSWERS = "answers";

    /** That of a detector, or null where it says nothing. */
    static BoxDetail of(Method.Detail detail, int channels, int classes, Optional<Norm> norm) {
        return switch (detail) {
            case NONE -> null;
            case MASKS -> new MaskHead(channels, classes, norm);
            case KEYPOINTS -> new KeypointHead(channels);
        };
    }

    abstract String lossName();

    /** What it says of pieces [R,C,14,14]. */
    abstract Tensor answers(Tensor pieces);

    /** The loss over the things of each image that are learned from. */
    abstract Tensor loss(ImageBatch batch, List<Tensor> maps, List<RoiHeads.Sampled> things);

    /** What {@link #find} needs of pieces. */
    Map<String, Tensor> seen(Tensor pieces) {
        return Map.of(ANSWERS, answers(pieces));
    }

    /** What was found, with what this says of it. @param seen what is made of pieces, as {@link #seen} does */
    abstract List<Found> find(
            ImageBatch batch, List<Tensor> maps, List<Found> found, Function<Tensor, Map<String, Tensor>> seen);

    /** The same in ONNX's operators. */
    abstract OnnxFound find(OnnxSteps steps, List<Value> maps, OnnxFound found);

    /** What knows the classes, if anything does. */
    Optional<Layer> ofClasses() {
        return Optional.empty();
    }

    /** The loss of nothing, on which every weight depends, and no gradient. */
    Tensor nothing() {
        return parameters().values().stream()
                .map(t -> Losses.scale(Ops.sum(Ops.reshape(t, -1), List.of(0), false), 0))
                .reduce(Ops::add)
                .orElseThrow();
    }

    static int total(List<RoiHeads.Sampled> things) {
        return things.stream().mapToInt(t -> t.boxes().size()).sum();
    }
}
