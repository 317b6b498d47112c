package resnet4j.export;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Path;
import resnet4j.graph.Graph;
import resnet4j.tensor.Tensor;
import resnet4j.weights.AtomicFile;

/** Writes traced networks as ONNX files, any batch size, operator set 18. https://onnx.ai */
public final class OnnxExport {
    private OnnxExport() {}

    private static final long IR_VERSION = 8; // the one that came with operator set 18

    /**
     * Writes {@code graph}, wholly or not at all. Its input is {@code images}, its output {@code logits}. {@code
     * Passes.simplify} makes the file smaller and some runtimes faster; without it weights keep their names.
     *
     * @throws IllegalArgumentException for what ONNX cannot say, which names the operation, and for more than 2 GB
     */
    public static void write(Graph graph, Path file, OnnxMetadata metadata) throws IOException {
        long bytes = graph.constants().values().stream()
                .mapToLong(Tensor::elements)
                .map(n -> n * Float.BYTES)
                .sum();
        if (bytes > Integer.MAX_VALUE - (1 << 20))
            throw new IllegalArgumentException("graph: expected weights of less than 2 GB, the most that an ONNX file"
                    + " holds, got " + bytes + " bytes");
        var model = new Message()
                .add(1, IR_VERSION)
                .add(2, "ResNet4J")
                .add(7, OnnxGraph.of(graph, metadata.pixels() ? metadata.preprocess() : null))
                .add(8, new Message().add(2, OnnxGraph.OPSET));
        metadata.properties()
                .forEach((key, value) -> model.add(14, new Message().add(1, key).add(2, value)));
        AtomicFile.write(file, out -> model.bytes().writeTo(Channels.newOutputStream(out)));
    }
}
