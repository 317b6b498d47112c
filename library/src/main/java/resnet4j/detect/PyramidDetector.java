package resnet4j.detect;

import java.util.List;
import java.util.Map;
import resnet4j.tensor.Tensor;

/** A detector of layers on a feature pyramid, which learns. Names of weights and losses are torchvision's. */
public abstract class PyramidDetector extends DetectionNet {
    private final FeaturePyramid backbone;

    PyramidDetector(DetectorConfig config, FeaturePyramid backbone) {
        super(config, config);
        this.backbone = child("backbone", backbone);
    }

    final FeaturePyramid backbone() {
        return backbone;
    }

    /** Of a training step, by name, from the pyramid's maps; their sum is differentiated. */
    abstract Map<String, Tensor> losses(ImageBatch batch, List<Tensor> maps);

    final Map<String, Tensor> losses(ImageBatch batch) {
        return losses(batch, backbone.maps(batch.images()));
    }

    /** The pyramid's coarsest map of an image. */
    @Override
    public final Tensor features(Tensor images) {
        var maps = backbone.maps(images);
        return maps.get(maps.size() - 1);
    }

    /**
     * A thing that it found in one image.
     *
     * @param box   in the pixels that it saw
     * @param size  height and width of the image without its padding
     * @param place of all levels' places, the one that says so, in networks that answer at every place
     */
    record Spot(Boxes box, int[] size, int place) {}

    /**
     * What it says of a thing, by class [1,classes], from the pyramid's maps of its image.
     *
     * @param box   of the thing [1,4]
     * @param image the image's number, 0: [1]
     */
    abstract Tensor about(List<Tensor> maps, Spot spot, Tensor box, Tensor image);

    /** See {@link Spot#place}. */
    int place(Tensor images, int label, float score) {
        return 0;
    }

    /** Whether one of a thing's classes is right, by softmax; otherwise each by itself. */
    boolean oneOfAll() {
        return false;
    }

    /** What it says of a whole picture as one thing, by class [N,classes]; all of its layers are used. */
    abstract Tensor whole(List<Tensor> maps);

    @Override
    protected final Tensor logits(Tensor images) {
        return whole(backbone.maps(images));
    }
}
