package resnet4j.detect;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import resnet4j.compress.Cut;
import resnet4j.compress.Groups;
import resnet4j.data.Batch;
import resnet4j.data.Things;
import resnet4j.graph.Graph;
import resnet4j.graph.Tracer;
import resnet4j.nn.Conv2d;
import resnet4j.nn.Init;
import resnet4j.nn.Net;
import resnet4j.tensor.Device;
import resnet4j.tensor.NativeScope;
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

    /** All parts as one graph, from an input of each to its answers. */
    final Graph graph() {
        var inputs = new LinkedHashMap<String, long[]>();
        config.parts().forEach((part, shape) -> inputs.put(part.toString(), shape));
        return Tracer.trace(this, inputs, in -> {
            var all = new LinkedHashMap<String, Tensor>();
            for (var part : config.parts().keySet())
                answers(part, in.get(part.toString())).forEach((name, t) -> all.put(part + "." + name, t));
            return all;
        });
    }

    /** Leaves groups of channels only so many: {@link Groups#widths}. */
    final void cutTo(Map<String, Integer> widths) {
        try (var scope = new NativeScope()) {
            var groups = Groups.of(graph());
            var cut = groups.outlineWithout(groups.beyond(widths));
            requireLayers(groups.graph(), cut);
            var shapes = new LinkedHashMap<String, long[]>();
            cut.constants().forEach((name, t) -> shapes.put(name, t.shape()));
            narrow(shapes);
        }
    }

    /** Layers go by their weights' shapes, but for those that have a number of channels in them. */
    private void requireLayers(Graph whole, Graph cut) {
        var layers = nets();
        for (int i = 0; i < whole.nodes().size(); i++) {
            var node = whole.nodes().get(i);
            if (!node.op().equals(cut.nodes().get(i).op()) && !(layers.get(node.path()) instanceof Conv2d))
                throw new IllegalArgumentException("backbone: expected one whose channels can be cut, such as one with"
                        + " the shortcut b, got " + node.path()
                        + ", which is made for all of its channels");
        }
    }

    /** A network with copies of the numbers that are left of this one's graph. */
    final PyramidDetector left(Cut cut) {
        try (var nothing = Init.none();
                var scope = new NativeScope()) {
            var made = Net.whole(config.withWidths(cut.widths())::net);
            var numbers = new LinkedHashMap<>(state());
            numbers.putAll(cut.graph().constants());
            made.state().forEach((name, t) -> t.set(numbers.get(name).detach()));
            return made;
        }
    }

    /** Of a training step, by name, from the pyramid's maps; their sum is differentiated. */
    abstract Map<String, Tensor> losses(ImageBatch batch, List<Tensor> maps);

    /** The same of these pictures as they lie. @param model what the network is called */
    final Map<String, Tensor> losses(Batch<Things> batch, String model, Device device) {
        var truth = batch.targets().stream()
                .map(things -> ImageBatch.Truth.of(things, config.detail(), model))
                .toList();
        return losses(ImageBatch.of(batch.pixels().images(), truth, config.sizes(), device));
    }

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
