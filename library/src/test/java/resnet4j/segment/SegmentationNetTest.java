package resnet4j.segment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.graph.Plan;
import resnet4j.graph.Tracer;
import resnet4j.image.LabelMap;
import resnet4j.image.Preprocess;
import resnet4j.model.BackboneConfig;
import resnet4j.model.Block;
import resnet4j.model.ModelFile;
import resnet4j.model.ResNetConfig;
import resnet4j.nn.Net;
import resnet4j.segment.SegmentationConfig.Head;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Precision;
import resnet4j.tensor.Tensor;
import resnet4j.train.Optim;
import resnet4j.train.Optimizer;

class SegmentationNetTest {
    @TempDir
    Path folder;

    /** Beside torchvision 0.25, from the same seed: scripts/parity/segmentation_golden.py. */
    @ParameterizedTest
    @CsvFileSource(resources = "networks.csv", numLinesToSkip = 1)
    void named_isTorchvisions(
            String name,
            boolean auxiliary,
            int classes,
            long parameters,
            int tensors,
            String names,
            double sum,
            String values)
            throws Exception {
        Ops.seed(7);
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad();
                var net = named(name)
                        .withClasses(classes)
                        .withAuxiliary(auxiliary)
                        .build()) {
            net.train(false);
            assertEquals(parameters, net.parameterCount());
            assertEquals(tensors, net.state().size());
            assertEquals(names, digest(net));
            var images = Tensor.rand(1, 3, 40, 56);
            var outputs = net.outputs(images);
            assertEquals(auxiliary ? 2 : 1, outputs.size());
            var flat = new float[outputs.size() * classes * 40 * 56];
            int at = 0;
            for (var output : outputs) {
                float[] some = output.logits().toFloats();
                System.arraycopy(some, 0, flat, at, some.length);
                at += some.length;
            }
            double total = 0, largest = 0;
            for (float v : flat) {
                total += Math.abs(v);
                largest = Math.max(largest, Math.abs(v));
            }
            assertEquals(sum, total, 1e-4 * sum);
            int step = flat.length / 12, i = 0;
            for (var value : values.split(" "))
                assertEquals(Double.parseDouble(value), flat[step * i++], 1e-4 * largest);
        }
    }

    private static SegmentationConfig named(String name) {
        var parts = name.split("_");
        return SegmentationConfig.of(Head.valueOf(parts[0].toUpperCase(Locale.ROOT)), parts[1]);
    }

    /** scripts/parity/segmentation_steps_golden.py: weights, pictures, labels and dropout from one stream of numbers. */
    @ParameterizedTest
    @CsvFileSource(resources = "steps.csv", numLinesToSkip = 1)
    void tenStepsWithTheAuxiliaryHead_loseAsTorchvisions(String head, String losses) {
        int classes = 4;
        var body = BackboneConfig.of(ResNetConfig.imagenet(new Block.Bottleneck(), 1, 1, 1, 1));
        Ops.seed(3);
        try (var net = new SegmentationConfig(
                                Head.valueOf(head.toUpperCase(Locale.ROOT)), body.withOutputStride(8), classes, true)
                        .build();
                var optimizer = new Optimizer(new Optim.Sgd(1e-4, 0.9, false, 1e-4, true), net.parameters());
                var outer = new NativeScope()) {
            var images = Tensor.rand(4, 3, 48, 64);
            float[] drawn = Tensor.rand(4, 6, 8).toFloats(); // a class for each block of 8x8 pixels
            var labels = new long[4 * 48 * 64];
            for (int i = 0; i < labels.length; i++) {
                int n = i / (48 * 64), y = i / 64 % 48 / 8, x = i % 64 / 8;
                int label = (int) (drawn[(n * 6 + y) * 8 + x] * (classes + 1));
                labels[i] = label == classes ? LabelMap.IGNORED : label;
            }
            var truth = Tensor.of(labels, 4, 48, 64);
            for (var expected : losses.split(" ")) {
                try (var scope = new NativeScope()) {
                    var loss = new Segment().loss(net.outputs(images), truth, null, 0);
                    double value = Double.parseDouble(expected);
                    assertEquals(value, loss.item(), 1e-4 * value);
                    loss.backward();
                    optimizer.step(1e-4);
                }
            }
        }
    }

    /** A basic block and each output stride, which torchvision's have not; whole, planned and saved. */
    @ParameterizedTest
    @ValueSource(ints = {8, 16, 32})
    void anyResidualBackbone_carriesAHead(int stride) throws IOException {
        var config = new SegmentationConfig(
                Head.DEEPLABV3, BackboneConfig.of("resnet18").withOutputStride(stride), 3, true);
        var file = folder.resolve("net.safetensors");
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad();
                var net = config.build()) {
            var images = Tensor.randn(2, 3, 33, 47);
            for (var output : net.outputs(images)) assertEquals(List.of(2L, 3L, 33L, 47L), shape(output.logits()));
            net.train(false);
            var expected = net.apply(images).toFloats();
            new ModelFile(
                            "deeplabv3_resnet18",
                            config,
                            Preprocess.none(),
                            List.of("a", "b", "c"),
                            Map.of(),
                            "",
                            Map.of())
                    .save(file, net);
            try (var opened = ModelFile.open(file);
                    var plan = Plan.compile(Tracer.trace(opened.net(), 1, 3, 64, 64), Precision.FP32)) {
                assertEquals(config, opened.net().architecture());
                assertArrayEquals(expected, plan.run(images).toFloats(), 1e-4f); // folded norms
            }
        }
    }

    private static List<Long> shape(Tensor t) {
        return List.of(t.size(0), t.size(1), t.size(2), t.size(3));
    }

    /** Of the names of all weights and statistics, in PyTorch's order. */
    static String digest(Net net) throws Exception {
        var names = String.join("\n", net.state().keySet()).getBytes(StandardCharsets.UTF_8);
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(names))
                .substring(0, 16);
    }
}
