package resnet4j.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import resnet4j.nn.Layer;
import resnet4j.nn.LayerListener;
import resnet4j.nn.Net;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Op;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Precision;
import resnet4j.tensor.Tensor;

/** Turns one forward pass into a {@link Graph}. */
public final class Tracer implements LayerListener {
    private static final String INPUT = "images";

    private final Map<Tensor, String> weights = new IdentityHashMap<>(), values = new IdentityHashMap<>();
    private final Map<String, Tensor> constants = new LinkedHashMap<>();
    private final List<Node> nodes = new ArrayList<>();
    private final Map<String, Integer> sameName = new HashMap<>();
    private final Map<Net, String> paths;
    private final Deque<Layer> layers = new ArrayDeque<>(); // those that run now, the innermost first

    private Tracer(Net owner) {
        paths = owner.paths();
    }

    /**
     * Runs {@code net} in evaluation mode on zeros of {@code inputShape}, such as [1,3,224,224], and records what it
     * does. The net is left in the mode that it was in.
     *
     * @throws IllegalArgumentException where a layer computes a tensor without {@link Ops}, which says the layer
     */
    public static Graph trace(Layer net, long... inputShape) {
        var modes = new LinkedHashMap<Net, Boolean>(); // parents first
        net.nets().values().forEach(n -> modes.put(n, n.training()));
        net.train(false);
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad();
                var precision = Ops.precision(Precision.FP32)) {
            return new Tracer(net).record(net, Tensor.zeros(inputShape));
        } finally {
            modes.forEach(Net::train);
        }
    }

    private Graph record(Layer net, Tensor images) {
        net.state().forEach((name, weight) -> weights.putIfAbsent(weight, name));
        values.put(images, INPUT);
        try (var listening = Ops.listen(this)) {
            var out = net.apply(images);
            return new Graph(INPUT, shape(images), constants, nodes, name(out, "its result"));
        }
    }

    @Override
    public void enter(Layer layer) {
        layers.push(layer);
    }

    @Override
    public void exit(Layer layer, Tensor out) {
        layers.pop();
    }

    @Override
    public void op(Op op, List<Tensor> in, Tensor out) {
        var inputs = new ArrayList<String>();
        for (var tensor : in) inputs.add(tensor == null ? "" : name(tensor, op.type()));
        var path = path();
        var node = new Node(unique(path.isEmpty() ? op.type() : path + "." + op.type()), op, inputs, shape(out), path);
        nodes.add(node);
        values.put(out, node.name());
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

    private static List<Long> shape(Tensor tensor) {
        return Arrays.stream(tensor.shape()).boxed().toList();
    }
}
