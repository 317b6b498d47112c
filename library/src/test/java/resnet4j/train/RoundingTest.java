package resnet4j.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.array.DType;
import resnet4j.compress.Quantizer;
import resnet4j.compress.Range;
import resnet4j.compress.Rounded;
import resnet4j.graph.GraphNet;
import resnet4j.graph.Tracer;
import resnet4j.model.ModelFile;
import resnet4j.model.Models;
import resnet4j.run.RunFolder;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** Training that ends in eight bits. */
class RoundingTest {
    @TempDir
    Path folder;

    /** With and without a sign, weights and values, pooled and added ones. */
    @ParameterizedTest
    @ValueSource(strings = {"resnet20", "squeezenet1_0"})
    void roundedFloats_areTheNumbersInEightBits(String name) {
        Ops.seed(2);
        try (var scope = new NativeScope();
                var net = Models.create(name, 10)) {
            net.train(false);
            var images = Tensor.randn(4, 3, 64, 64);
            var quantizer = new Quantizer(Tracer.trace(net, 1, 3, 64, 64), Set.of());
            quantizer.observe(images);
            var fake = quantizer.fake(Range.MSE, true, 1);
            var eight = Rounded.of(fake);
            assertTrue(eight.isQuantized());
            assertArrayEquals(fake.run(images).toFloats(), eight.run(images).toFloats());
            assertArrayEquals(
                    quantizer.quantize(Range.MSE).run(images).toFloats(),
                    eight.run(images).toFloats());
        }
    }

    /** Steps move weights and, where they are learnt, ranges; those that follow are moved by what is seen. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aStep_movesWeightsAndRanges(boolean learnt) {
        Ops.seed(3);
        try (var scope = new NativeScope();
                var net = Models.create("resnet20", 10)) {
            net.train(false);
            var images = Tensor.randn(4, 3, 32, 32);
            var quantizer = new Quantizer(Tracer.trace(net, 1, 3, 32, 32), Set.of());
            quantizer.observe(images);
            try (var fake = GraphNet.of(quantizer.fake(Range.PERCENTILE, learnt, 0.5))) {
                fake.train(true);
                var scales = fake.state().keySet().stream()
                        .filter(n -> n.endsWith(".scale"))
                        .toList();
                assertEquals(20 + 20, scales.size(), scales::toString); // weights, and what they take
                assertEquals(learnt, fake.parameters().containsKey(scales.get(0)));
                float before = (float) fake.state().get("images.scale").item();
                Ops.sum(fake.apply(images), List.of(0, 1), false).backward();
                if (learnt)
                    for (var scale : scales) assertTrue(fake.state().get(scale).grad() != null, scale);
                else assertTrue(fake.state().get("images.scale").item() != before);
                assertTrue(fake.parameters().values().stream().allMatch(t -> t.grad() != null));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"learnt", "moving"})
    void aRun_endsWithANetworkInEightBits_andGoesOnToTheBit(String rounding) throws IOException {
        var floats = Runs.recipe();
        Runs.train(floats, Squares.source(60), folder.resolve("floats"));
        var recipe = Runs.recipe(
                "weights=" + new RunFolder(folder.resolve("floats")).model(),
                "rounding={\"type\":\"" + rounding + "\",\"pictures\":20}",
                "validation=0.2",
                "average={\"type\":\"ema\",\"decay\":0.5}",
                "epochs=2");
        var whole = Runs.train(recipe, Squares.source(60), folder.resolve("whole"));
        var parts = folder.resolve("parts");
        while (Runs.train(recipe, Squares.source(60), parts, 1, 5).stopped()) {}
        assertEquals(Runs.result(folder.resolve("whole")), Runs.result(parts));
        try (var opened = ModelFile.open(whole.run().model());
                var scope = new NativeScope()) {
            opened.net().train(false);
            assertTrue(Tracer.trace(opened.net(), 1, 3, 8, 8).isQuantized());
            assertEquals(
                    6,
                    opened.net().state().values().stream()
                            .filter(t -> t.dtype() == DType.I8)
                            .count());
        }
    }

    @Test
    void aNetworkThatKnowsNothing_isRefused() {
        var recipe = Runs.recipe("rounding=learnt");
        var e = assertThrows(
                IllegalArgumentException.class, () -> Runs.train(recipe, Squares.source(20), folder.resolve("run")));
        assertTrue(e.getMessage().contains("weights"), e.getMessage());
    }
}
