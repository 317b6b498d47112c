package resnet4j.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import resnet4j.model.ClassificationNet;
import resnet4j.nn.Init;
import resnet4j.nn.Layer;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Op;
import resnet4j.tensor.Tensor;

/** A graph as a network: its constants are parameters and buffers under their own names. See {@link GraphConfig}. */
public final class GraphNet extends ClassificationNet {
    private static final String FEATURES = "features";

    private final GraphConfig config;
    private final Graph body; // from images to what the head takes
    private final Fitting fitting;
    private final Set<String> frozen = new HashSet<>(); // norms that keep their statistics in training
    private final Head head;
    private final Optional<Graph> last; // what follows the head and takes the images too

    GraphNet(GraphConfig config) {
        super(config);
        this.config = config;
        try (var scope = new NativeScope()) {
            var constants = new LinkedHashMap<String, Tensor>();
            for (var weight : config.weights())
                constants.put(weight.name(), Tensor.empty(weight.dtype(), longs(weight.shape())));
            var graph = config.graph(constants);
            draw(graph);
            var cut = GraphConfig.Head.of(graph);
            var trained = config.weights().stream()
                    .filter(GraphConfig.Weight::trained)
                    .map(GraphConfig.Weight::name)
                    .collect(Collectors.toSet());
            int end = end(graph, cut);
            head = new Head(graph, cut, end, trained);
            last = end == graph.nodes().size() ? Optional.empty() : Optional.of(last(graph, end));
            for (var weight : config.weights())
                if (!cut.weights().contains(weight.name()))
                    add(this, weight.name(), weight.trained(), constants.get(weight.name()));
            child(cut.path(), head);
            body = graph.withOutputs(
                    Map.of(FEATURES, graph.nodes().get(cut.index()).inputs().get(0)));
            fitting = new Fitting(graph);
            freeze(graph);
        }
    }

    /** The node that is the first after the head. */
    private static int end(Graph graph, GraphConfig.Head cut) {
        var images = graph.inputs().get(0).name();
        for (int i = cut.index() + 1; i < graph.nodes().size(); i++)
            if (graph.nodes().get(i).inputs().contains(images)) return i;
        return graph.nodes().size();
    }

    private static Graph last(Graph graph, int end) {
        var given = new ArrayList<>(graph.inputs());
        given.add(graph.nodes().get(end - 1).value());
        var nodes = graph.nodes().subList(end, graph.nodes().size());
        return new Graph(given, Map.of(), nodes, graph.outputs(), Map.of());
    }

    /** A graph as a network with copies of its numbers. */
    public static GraphNet of(Graph graph) {
        return of(GraphConfig.of(graph), graph.constants());
    }

    /** @param constants by name, to be copied */
    public static GraphNet of(GraphConfig config, Map<String, Tensor> constants) {
        try (var nothing = Init.none();
                var scope = new NativeScope()) {
            var net = config.build();
            net.state().forEach((name, t) -> t.set(constants.get(name).detach()));
            return net;
        }
    }

    private static void add(GraphNet net, String name, boolean trained, Tensor t) {
        if (trained) net.parameter(name, t);
        else net.buffer(name, t);
    }

    /** He's initialisation for what multiplies, norms that change nothing. */
    private static void draw(Graph graph) {
        for (var node : graph.nodes())
            for (int i = 1; i < node.inputs().size(); i++) {
                var t = graph.constants().get(node.inputs().get(i));
                if (t == null) continue;
                boolean ones = node.op().exact().contains(i) && (i == 1 || i == 4); // scales and variances
                if (node.op().isProduct() && i == 1) Init.kaimingNormalFanOut(t);
                else Init.constant(t, ones ? 1 : 0);
            }
    }

    /** A norm none of whose own weights is trained is one that was frozen. */
    private void freeze(Graph graph) {
        var trained = parameters().keySet();
        for (var node : graph.nodes()) {
            if (node.op().statistics().isEmpty()) continue;
            var own = IntStream.range(1, node.inputs().size())
                    .filter(i -> !node.op().statistics().contains(i))
                    .mapToObj(node.inputs()::get)
                    .filter(name -> !name.isEmpty())
                    .toList();
            if (!own.isEmpty() && own.stream().noneMatch(trained::contains)) frozen.add(node.name());
        }
    }

    /** In training too, norms use the statistics that they have, and leave them. */
    public void freezeStatistics() {
        for (var node : config.nodes()) if (!node.op().statistics().isEmpty()) frozen.add(node.name());
    }

    private Op inMode(Node node) {
        return training() && !frozen.contains(node.name()) ? node.op().inTraining() : node.op();
    }

    /** The graph itself, with the network's own weights, for images of this shape. */
    Graph graph(long... inputShape) {
        var graph = config.graph(state());
        var shape = Arrays.stream(inputShape).boxed().toList();
        return graph.withShapes(Map.of(graph.inputs().get(0).name(), shape));
    }

    @Override
    public Tensor features(Tensor images) {
        var inputs = Map.of(config.inputs().get(0).name(), images);
        fitting.check(inputs);
        return body.evaluate(inputs, this::inMode).get(FEATURES);
    }

    @Override
    public Layer head() {
        return head;
    }

    @Override
    protected Tensor logits(Tensor images) {
        var made = super.logits(images);
        if (last.isEmpty()) return made;
        var given = last.get().inputs();
        var inputs = Map.of(given.get(0).name(), images, given.get(1).name(), made);
        return last.get().evaluate(inputs, Node::op).values().iterator().next();
    }

    /** The last product, and what follows it up to the logits. */
    private static final class Head extends Layer {
        private final Graph graph;

        Head(Graph whole, GraphConfig.Head cut, int end, Set<String> trained) {
            var product = whole.nodes().get(cut.index());
            for (var name : cut.weights()) {
                var own = name.substring(cut.path().length() + 1);
                if (trained.contains(name)) parameter(own, whole.constants().get(name));
                else buffer(own, whole.constants().get(name));
            }
            var input = product.inputs().get(0);
            var taken = new Value(input, whole.shape(input), product.value().dtype());
            var constants = new LinkedHashMap<>(whole.constants());
            constants.keySet().retainAll(cut.weights());
            graph = new Graph(
                    List.of(taken),
                    constants,
                    whole.nodes().subList(cut.first(), end),
                    Map.of("logits", whole.nodes().get(end - 1).name()),
                    Map.of());
        }

        @Override
        protected Tensor forward(Tensor x) {
            return graph.evaluate(
                            Map.of(graph.inputs().get(0).name(), x),
                            node -> training() ? node.op().inTraining() : node.op())
                    .values()
                    .iterator()
                    .next();
        }
    }

    private static long[] longs(List<Long> shape) {
        return shape.stream().mapToLong(Long::longValue).toArray();
    }
}
