package resnet4j.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import resnet4j.array.DType;
import resnet4j.nn.Layer;
import resnet4j.nn.LayerListener;
import resnet4j.nn.Net;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Op;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Placeholder;
import resnet4j.tensor.Precision;
import resnet4j.tensor.Tensor;

/** Turns one forward pass into a {@link Graph}. */
public final class Tracer implements LayerListener {
    /** What a network from images to logits calls them. */
    public static final String INPUT = "images", OUTPUT = "logits";

    private static final int USUAL = 256;

    private final Map<Tensor, String> weights = new IdentityHashMap<>(), values = new IdentityHashMap<>();
    private final Map<String, Tensor> constants = new LinkedHashMap<>();
    private final List<Node> nodes = new ArrayList<>();
    private final Map<String, String> given = new LinkedHashMap<>(); // what layers gave
    private final Map<String, Integer> sameName = new HashMap<>();
    private final Map<Net, String> paths;
    private final Deque<Layer> layers = new ArrayDeque<>(); // those that run now, the innermost first

    /** A side in pixels to trace a network with: the crop's, or a usual one where that is 0, as pictures are of any size. */
    public static int side(int crop) {
        return crop > 0 ? crop : USUAL;
    }

    private Tracer(Net owner) {
        paths = owner.paths();
        owner.state().forEach((name, weight) -> weights.putIfAbsent(weight, name));
    }

    /**
     * Runs {@code net} in evaluation mode on zeros of {@code inputShape}, such as [1,3,224,224], and records what it
     * does, from {@code images} to {@code logits}. The net is left in the mode that it was in.
     *
     * @throws IllegalArgumentException where a layer computes a tensor without {@link Ops}, which says the layer
     */
    public static Graph trace(Layer net, long... inputShape) {
        if (net instanceof GraphNet graph) return graph.graph(inputShape); // it has layers by name
        return trace(net, Map.of(INPUT, inputShape), in -> Map.of(OUTPUT, net.apply(in.get(INPUT))));
    }

    /**
     * The same for any pass over a network: from inputs by name, zeros of these shapes in the map's order, to outputs by
     * name.
     *
     * @param owner has the weights; {@code pass} may run any of its layers, in any way
     */
    public static Graph trace(
            Net owner, Map<String, long[]> inputs, Function<Map<String, Tensor>, Map<String, Tensor>> pass) {
        var modes = new LinkedHashMap<Net, Boolean>(); // parents first
        owner.nets().values().forEach(n -> modes.put(n, n.training()));
        owner.train(false);
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad();
                var precision = Ops.precision(Precision.FP32)) {
            var zeros = new LinkedHashMap<String, Tensor>();
            inputs.forEach((name, shape) -> zeros.put(name, Tensor.zeros(shape)));
            return new Tracer(owner).record(zeros, pass);
        } finally {
            modes.forEach(Net::train);
        }
    }

    private Graph record(Map<String, Tensor> inputs, Function<Map<String, Tensor>, Map<String, Tensor>> pass) {
        var taken = new ArrayList<Value>();
        inputs.forEach((name, tensor) -> {
            taken.add(value(unique(name), tensor));
            values.put(tensor, name);
        });
        try (var listening = Ops.listen(this)) {
            var outputs = new LinkedHashMap<String, String>();
            pass.apply(inputs).forEach((name, tensor) -> outputs.put(name, name(tensor, "its result")));
            return new Graph(taken, constants, nodes, outputs, given);
        }
    }

    @Override
    public void enter(Layer layer) {
        layers.push(layer);
    }

    @Override
    public void exit(Layer layer, Tensor out) {
        layers.pop();
        var path = paths.get(layer);
        var value = values.get(out);
        if (path != null && value != null) given.put(path, value);
    }

    /** What takes long and much memory is not computed. */
    @Override
    public Tensor instead(Op op, List<Tensor> in) {
        boolean heavy =
                op.isProduct() || op.hasInPlaceForm() || !op.statistics().isEmpty();
        if (!heavy || in.get(0).dtype() != DType.F32) return null;
        try {
            var shape = op.shape(
                    in.stream().map(t -> t == null ? null : Graph.shape(t)).toList());
            return Placeholder.zeros(shape.stream().mapToLong(Long::longValue).toArray());
        } catch (RuntimeException wrong) {
            return null; // doing it says what is wrong
        }
    }

    @Override
    public void op(Op op, List<Tensor> in, Tensor out) {
        var inputs = new ArrayList<String>();
        for (var tensor : in) inputs.add(tensor == null ? "" : name(tensor, op.type()));
        var path = path();
        var name = unique(path.isEmpty() ? op.type() : path + "." + op.type());
        nodes.add(new Node(value(name, out), op, inputs, path));
        values.put(out, name);
        Placeholder.forget(out, in); // its shape is enough, and all results of a network together take much memory
    }

    private static Value value(String name, Tensor tensor) {
        return new Value(name, Graph.shape(tensor), tensor.dtype());
    }

    private String name(Tensor tensor, String use) {
        var weight = weights.get(tensor);
        if (weight != null) {
            constants.put(weight, tensor);
            return weight;
        }
        var value = values.get(tensor);
        if (value != null) return value;
        throw new IllegalArgumentException("trace: in layer '" + path() + "' " + use + " is given " + tensor
                + ", which no recorded operation made; compute it through Ops, or make it a parameter or buffer");
    }

    /** Of the innermost layer that is a part of the network. */
    private String path() {
        return layers.stream()
                .map(paths::get)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse("");
    }

    private String unique(String name) {
        int count = sameName.merge(name, 1, Integer::sum);
        return count == 1 ? name : name + "_" + count;
    }
}
