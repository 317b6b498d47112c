package resnet4j.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.array.DType;
import resnet4j.model.Models;
import resnet4j.nn.Conv2d;
import resnet4j.nn.Lambda;
import resnet4j.nn.Layer;
import resnet4j.nn.Linear;
import resnet4j.nn.Norm;
import resnet4j.nn.Sequential;
import resnet4j.tensor.Fill;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.OneDnn;
import resnet4j.tensor.Op;
import resnet4j.tensor.Op.Size;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Precision;
import resnet4j.tensor.Tensor;

class PassesTest {
    /**
     * torch 2.10: torch.manual_seed(3); conv, bn = nn.Conv2d(2, 3, (1, 2)), nn.BatchNorm2d(3);
     * for t in (bn.weight, bn.bias, bn.running_mean): nn.init.normal_(t); nn.init.uniform_(bn.running_var);
     * fused = torch.nn.utils.fusion.fuse_conv_bn_eval(conv.eval(), bn.eval())
     */
    @Test
    void foldedBatchNorm_isPyTorchsFuseConvBnEval() {
        Ops.seed(3);
        var op = new Op.Conv2d(Size.of(1), Size.of(0), Size.of(1), 1);
        try (var scope = new NativeScope();
                var net = new Sequential(new Conv2d(2, 3, new Size(1, 2), op, true), Norm.BATCH.of(3))) {
            var state = net.state();
            for (var name : List.of("1.weight", "1.bias", "1.running_mean")) Fill.normal(state.get(name), 0, 1);
            Fill.uniform(state.get("1.running_var"), 0, 1);
            var graph = Passes.foldBatchNorms(Tracer.trace(net, 1, 2, 4, 4));
            assertEquals(1, graph.nodes().size());
            var weights = graph.constants().values().iterator();
            // PyTorch computes in 32 bits and we in 64, so the last bit or two differ
            assertArrayEquals(
                    new float[] {
                        0.5974011421203613f, 0.47531968355178833f, 0.2580765187740326f, 0.5700563192367554f,
                        0.05593353137373924f, 0.8667850494384766f, -0.5357080698013306f, -0.4802064001560211f,
                        2.2821044921875f, 9.37426471710205f, -1.1835436820983887f, 7.2385101318359375f
                    },
                    weights.next().toFloats(),
                    1e-5f);
            assertArrayEquals(
                    new float[] {1.2051275968551636f, -3.052748918533325f, 13.152334213256836f},
                    weights.next().toFloats(),
                    1e-5f);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"resnet20", "plain20", "resnet50"})
    void simplifiedGraphs_computeTheSame_andFusedOnesLeaveNothingBetween(String name) {
        int size = Math.min(96, Models.get(name).inputSize());
        Ops.seed(1);
        try (var scope = new NativeScope();
                var net = Models.create(name, 7)) {
            TameWeights.fill(net);
            var graph = Tracer.trace(net, 1, 3, size, size);
            var images = Tensor.randn(2, 3, size, size);
            var expected = graph.run(images).toFloats();
            var simple = Passes.simplify(graph);
            assertTrue(simple.nodes().stream().noneMatch(n -> n.op() instanceof Op.BatchNorm));
            // weights are rounded once more, and 53 layers pass it on
            PlanTest.assertClose(expected, simple.run(images).toFloats(), 1e-5);
            if (!OneDnn.available(DType.F32)) return;
            var fused = Joining.of(simple);
            var left = fused.stream().map(i -> i.node().op().type()).toList();
            assertTrue(!left.contains("relu") && !left.contains("add"), left::toString);
        }
    }

    @Test
    void whatIsNeededTwice_isNeitherFoldedNorFused() {
        try (var conv = Conv2d.of(2, 2, 3);
                var norm = Norm.BATCH.of(2)) {
            class Twice extends Layer {
                Twice() {
                    child("conv", conv);
                    child("norm", norm);
                }

                @Override
                protected Tensor forward(Tensor x) {
                    var y = conv.apply(x);
                    return Ops.add(Ops.relu(y), norm.apply(y));
                }
            }
            var graph = Tracer.trace(new Twice(), 1, 2, 4, 4);
            assertEquals(graph.nodes(), Passes.simplify(graph).nodes());
            assertEquals(
                    List.of("conv2d", "relu", "batch_norm", "add"),
                    Joining.of(graph).stream().map(i -> i.node().op().type()).toList());
        }
    }

    /** A map of 2 channels and 2x3 pixels, whose numbers reach the matrix by pixels instead; the sums are the same. */
    @Test
    void flattenedMaps_keepTheirOrder_andTheMatrixTakesIt() {
        try (var scope = new NativeScope();
                var net = new Sequential(Conv2d.of(3, 2, 3), new Lambda(x -> Ops.flatten(x, 1)), new Linear(12, 5))) {
            var graph = Tracer.trace(net, 1, 3, 2, 3);
            var moved = Passes.flattenChannelsLast(graph, false);
            assertEquals(
                    List.of("conv2d", "permute", "flatten", "linear"),
                    moved.nodes().stream().map(n -> n.op().type()).toList());
            var images = Tensor.randn(4, 3, 2, 3);
            var expected = graph.run(images).toFloats();
            PlanTest.assertClose(expected, moved.run(images).toFloats(), 1e-6);
            try (var plan = Plan.compile(graph, Precision.FP32)) {
                PlanTest.assertClose(expected, plan.run(images).toFloats(), 1e-5);
            }
            var overwritten = Passes.flattenChannelsLast(graph, true);
            PlanTest.assertClose(expected, overwritten.run(images).toFloats(), 1e-6);
        }
    }

    /** The first picture of a batch is the batch only where that has one, as in a trace. */
    @Test
    void slicesOfABatch_areNoIdentities() {
        try (var scope = new NativeScope();
                var net = new Sequential(new Linear(2, 2), new Lambda(x -> Ops.slice(x, 0, 0, 1, 1)))) {
            var graph = Passes.simplify(Tracer.trace(net, 1, 2));
            assertArrayEquals(new long[] {1, 2}, graph.run(Tensor.randn(3, 2)).shape());
        }
    }

    @Test
    void identitiesAndWeightArithmetic_vanish() {
        try (var scope = new NativeScope();
                var linear = new Linear(2, 2)) {
            Ops.seed(0);
            var net = new Sequential(
                    new Lambda(x -> Ops.affine(Ops.flatten(x, 1), 1, 0)),
                    new Lambda(x -> Ops.linear(x, Ops.affine(linear.weight(), 2, 0), null)),
                    new Lambda(x -> Ops.reshape(x, 0, 2)),
                    linear);
            var graph = Tracer.trace(net, 1, 2);
            var simple = Passes.simplify(graph);
            assertEquals(
                    List.of("linear", "linear"),
                    simple.nodes().stream().map(n -> n.op().type()).toList());
            var x = Tensor.of(new float[] {1, -2, 3, 5}, 2, 2);
            assertArrayEquals(graph.run(x).toFloats(), simple.run(x).toFloats(), 0);
        }
    }
}
