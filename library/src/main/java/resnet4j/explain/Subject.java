package resnet4j.explain;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import resnet4j.array.DType;
import resnet4j.config.Nearest;
import resnet4j.graph.Graph;
import resnet4j.tensor.Losses;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * What is to be explained: one answer of a network on one picture.
 *
 * @param graph  from {@code images} [N,3,H,W] to the answers that {@code target} makes a number of
 * @param image  normalised, [1,3,H,W]
 * @param target what of the answers is explained
 */
public record Subject(Graph graph, Tensor image, Target target) {
    private static final String MAPS = "maps of the layer";

    public Subject {
        if (graph.inputs().size() != 1)
            throw new IllegalArgumentException(
                    "graph: expected one input, got " + graph.inputs().size());
        if (image.dim() != 4 || image.size(0) != 1)
            throw new IllegalArgumentException("image: expected [1,3,H,W], got " + image);
        target.requireOf(graph);
    }

    /** The score of one class of a picture. */
    public Subject(Graph graph, Tensor image, int index) {
        this(graph, image, new Target.OfClass(index));
    }

    /** The same with another network. */
    Subject with(Graph graph) {
        return new Subject(graph, image, target);
    }

    /**
     * The same in double precision, in the innermost scope: where two numbers are equal but for rounding, rectifiers and the
     * largest of a window otherwise choose by chance where a slope goes.
     */
    Subject doubled() {
        var constants = new LinkedHashMap<String, Tensor>();
        graph.constants().forEach((name, c) -> constants.put(name, c.dtype() == DType.F32 ? c.to(DType.F64) : c));
        var nodes = graph.nodes().stream()
                .map(node -> node.value().dtype() == DType.F32
                        ? node.withValue(node.value().withDtype(DType.F64))
                        : node)
                .toList();
        return new Subject(
                new Graph(graph.inputs(), constants, nodes, graph.outputs(), graph.layers()),
                image.to(DType.F64),
                target);
    }

    /** A layer's maps [channels][height*width], and how the score grows with each of their numbers. */
    record Tap(int height, int width, float[][] maps, float[][] gradients) {}

    int height() {
        return (int) image.size(2);
    }

    int width() {
        return (int) image.size(3);
    }

    /** The last layer that gives maps: before the classes' own, and with more than one place. */
    public static String defaultLayer(Graph graph) {
        long classes = graph.shape(graph.outputs().values().iterator().next()).get(1);
        String last = null;
        var layerOf = new LinkedHashMap<String, String>();
        graph.layers().forEach((layer, value) -> {
            if (!layer.isEmpty()) layerOf.merge(value, layer, (a, b) -> a.length() <= b.length() ? a : b);
        });
        for (var node : graph.nodes()) {
            var shape = node.shape();
            if (shape.size() == 4
                    && shape.get(1) != classes
                    && shape.get(2) * shape.get(3) > 1
                    && layerOf.containsKey(node.name())) last = layerOf.get(node.name());
        }
        if (last == null)
            throw new IllegalArgumentException("layer: expected one that gives maps [N,C,H,W], the network has none");
        return last;
    }

    /** Of the layers that give the smallest maps of more than one place the last: where most of a picture meets. */
    public static String deepestLayer(Graph graph) {
        String deepest = null;
        long least = Long.MAX_VALUE;
        var byValue = new LinkedHashMap<String, String>();
        graph.layers().forEach((layer, value) -> {
            if (!layer.isEmpty()) byValue.merge(value, layer, (a, b) -> a.length() <= b.length() ? a : b);
        });
        for (var node : graph.nodes()) {
            var shape = node.shape();
            if (shape.size() != 4 || shape.get(2) * shape.get(3) == 1 || !byValue.containsKey(node.name())) continue;
            if (shape.get(2) * shape.get(3) > least) continue;
            least = shape.get(2) * shape.get(3);
            deepest = byValue.get(node.name());
        }
        return deepest == null ? defaultLayer(graph) : deepest;
    }

    /** The value that {@code layer} makes, if it is maps. */
    static String maps(Graph graph, String layer) {
        var value = value(graph, layer);
        if (graph.shape(value).size() != 4)
            throw new IllegalArgumentException(
                    "layer: expected one that gives maps [N,C,H,W], " + layer + " gives " + graph.shape(value));
        return value;
    }

    /** The value that {@code layer} makes. */
    static String value(Graph graph, String layer) {
        var value = graph.layers().get(layer);
        if (value == null)
            throw new IllegalArgumentException("layer: the network has none named '" + layer + "'."
                    + Nearest.hint(layer, graph.layers().keySet()) + " It has "
                    + String.join(
                            ", ",
                            graph.layers().keySet().stream()
                                    .filter(name -> !name.isEmpty())
                                    .toList()));
        return value;
    }

    Tap tap(String layer) {
        var value = maps(graph, layer);
        try (var scope = new NativeScope()) {
            var outputs = new LinkedHashMap<>(graph.outputs());
            outputs.put(MAPS, value);
            var results = graph.withOutputs(outputs).apply(inputs(image.copy().requireGrad(true)));
            var maps = results.remove(MAPS);
            if (!maps.requiresGrad())
                throw new IllegalArgumentException("layer: expected one that the picture reaches, got " + layer);
            var gradients = Losses.gradients(total(target.score(results)), List.of(maps))
                    .get(0);
            return new Tap((int) maps.size(2), (int) maps.size(3), channels(maps), channels(gradients));
        }
    }

    /** How the summed score of {@code images} grows with each of their numbers, as [N*3][H*W]. */
    float[][] gradients(Tensor images) {
        if (target.oneByOne() && images.size(0) > 1) {
            var all = new ArrayList<float[]>();
            for (long i = 0; i < images.size(0); i++) all.addAll(List.of(gradients(images.narrow(0, i, 1))));
            return all.toArray(float[][]::new);
        }
        try (var scope = new NativeScope()) {
            var leaf = images.copy().requireGrad(true);
            var results = graph.apply(inputs(leaf));
            return channels(Losses.gradients(total(target.score(results)), List.of(leaf))
                    .get(0));
        }
    }

    /** The score of each of {@code images}. */
    float[] scores(Tensor images) {
        return each(images, target::score);
    }

    /** How sure the network is of it, for each of {@code images}. */
    float[] probabilities(Tensor images) {
        return each(images, target::probability);
    }

    private float[] each(Tensor images, Function<Map<String, Tensor>, Tensor> number) {
        if (target.oneByOne() && images.size(0) > 1) {
            var all = new float[(int) images.size(0)];
            for (int i = 0; i < all.length; i++) all[i] = each(images.narrow(0, i, 1), number)[0];
            return all;
        }
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            return number.apply(graph.run(inputs(images))).toFloats();
        }
    }

    Map<String, Tensor> inputs(Tensor images) {
        return Map.of(graph.inputs().get(0).name(), images);
    }

    static Tensor total(Tensor scores) {
        return Ops.sum(scores, List.of(0), false);
    }

    static float[][] channels(Tensor maps) {
        int area = (int) (maps.size(2) * maps.size(3));
        var all = maps.detach().toFloats();
        var channels = new float[all.length / area][];
        for (int c = 0; c < channels.length; c++) channels[c] = Arrays.copyOfRange(all, c * area, (c + 1) * area);
        return channels;
    }
}
