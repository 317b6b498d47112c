package resnet4j.compress;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import resnet4j.array.DType;
import resnet4j.graph.Graph;
import resnet4j.graph.Node;
import resnet4j.graph.Value;
import resnet4j.tensor.Op;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** From a network that was trained with rounded floats to the same in eight bits: every {@link Op.FakeQuantize} becomes its two halves. */
public final class Rounded {
    private Rounded() {}

    /** What {@link Quantizer#fake} made, perhaps trained since, in eight bits. */
    public static Graph of(Graph fake) {
        var constants = new LinkedHashMap<>(fake.constants());
        var nodes = new ArrayList<Node>();
        try (var noGrad = Ops.noGrad()) {
            for (var node : fake.nodes()) {
                var type = node.op().roundsTo();
                if (type == null) {
                    nodes.add(node);
                    continue;
                }
                String x = node.inputs().get(0), scale = node.inputs().get(1), whole = x;
                if (constants.containsKey(x)) constants.put(x, whole(constants.get(x), constants.get(scale)));
                else {
                    whole = node.name() + ".quantize";
                    nodes.add(new Node(
                            new Value(whole, node.shape(), type), new Op.Quantize(type), node.inputs(), node.path()));
                }
                nodes.add(new Node(node.value(), new Op.Dequantize(), List.of(whole, scale), node.path()));
            }
        }
        return new Graph(fake.inputs(), constants, nodes, fake.outputs(), fake.layers());
    }

    private static Tensor whole(Tensor weight, Tensor scale) {
        var shape = weight.shape();
        float[] numbers = weight.toFloats(), scales = scale.toFloats();
        int each = numbers.length / scales.length;
        for (int i = 0; i < numbers.length; i++)
            numbers[i] = (float) Math.max(-128, Math.min(127, Math.rint(numbers[i] / scales[i / each])));
        return Tensor.of(numbers, shape).to(DType.I8);
    }
}
