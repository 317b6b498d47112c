package resnet4j.compress;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import resnet4j.graph.Graph;
import resnet4j.graph.Node;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * Takes from biases what rounding has added to the mean of every channel, layer after layer, so that a layer is corrected
 * for what is left of the layers before it too. Nagel et al. 2019, arXiv:1906.04721, section 4.2; the means are those that pictures
 * show.
 */
final class BiasCorrection {
    private final Graph exact, rounded;

    private BiasCorrection(Graph exact, Graph rounded) {
        this.exact = exact;
        this.rounded = rounded;
    }

    /**
     * With biases that belong to the innermost scope.
     *
     * @param exact   the network in floats
     * @param rounded the same in eight bits, with equal names of values
     * @param images  a few, which are gone through together; batches of different sizes, perhaps
     */
    static Graph of(Graph exact, Graph rounded, List<Tensor> images) {
        return new BiasCorrection(exact, rounded).corrected(images);
    }

    private interface Look {
        /** A layer's value, or what takes its place; each is a list with an element for each batch. */
        List<Tensor> at(Node layer, Map<String, List<Tensor>> values, List<Tensor> value);
    }

    private Graph corrected(List<Tensor> images) {
        var means = new HashMap<String, double[]>();
        walk(exact, images, (layer, values, value) -> {
            means.put(layer.name(), means(value));
            return value;
        });
        var uses = rounded.uses();
        var changed = new LinkedHashMap<String, float[]>();
        walk(rounded, images, (layer, values, value) -> {
            var bias = layer.inputs().get(2);
            if (bias.isEmpty() || !rounded.constants().containsKey(bias) || uses.get(bias) > 1) return value;
            float[] numbers = values.get(bias).get(0).toFloats();
            double[] expected = means.get(layer.name()), got = means(value);
            for (int c = 0; c < numbers.length; c++) numbers[c] = (float) (numbers[c] - (got[c] - expected[c]));
            changed.put(bias, numbers);
            values.put(bias, each(Tensor.of(numbers, numbers.length), images));
            value.forEach(Tensor::close);
            return compute(layer, values);
        });
        var constants = new LinkedHashMap<>(rounded.constants());
        changed.forEach((name, numbers) -> constants.put(name, Tensor.of(numbers, numbers.length)));
        return new Graph(rounded.inputs(), constants, rounded.nodes(), rounded.outputs(), rounded.layers());
    }

    /** Operation after operation; a value is freed after its last use. */
    private static void walk(Graph graph, List<Tensor> images, Look look) {
        var left = graph.uses();
        var values = new HashMap<String, List<Tensor>>();
        graph.constants().forEach((name, constant) -> values.put(name, each(constant, images)));
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            values.put(
                    graph.inputs().get(0).name(),
                    images.stream().map(Tensor::detach).toList());
            for (var node : graph.nodes()) {
                var value = compute(node, values);
                values.put(node.name(), node.op().hasFilters() ? look.at(node, values, value) : value);
                for (var in : node.inputs())
                    if (!in.isEmpty()
                            && left.merge(in, -1, Integer::sum) == 0
                            && !graph.constants().containsKey(in))
                        values.remove(in).forEach(Tensor::close);
            }
        }
    }

    private static List<Tensor> each(Tensor constant, List<Tensor> images) {
        return Collections.nCopies(images.size(), constant);
    }

    private static List<Tensor> compute(Node node, Map<String, List<Tensor>> values) {
        return IntStream.range(0, values.get(node.inputs().get(0)).size())
                .mapToObj(i -> Ops.run(
                        node.op(),
                        node.inputs().stream()
                                .map(in -> in.isEmpty() ? null : values.get(in).get(i))
                                .toArray(Tensor[]::new)))
                .toList();
    }

    /** Of every channel, over pictures and places. */
    private static double[] means(List<Tensor> value) {
        int channels = (int) value.get(0).size(1);
        var means = new double[channels];
        long rows = 0;
        for (var batch : value) {
            float[] numbers = batch.toFloats();
            int places = numbers.length / (int) batch.size(0) / channels;
            for (int i = 0; i < numbers.length; i++) means[i / places % channels] += numbers[i];
            rows += numbers.length / channels;
        }
        for (int c = 0; c < channels; c++) means[c] /= rows;
        return means;
    }
}
