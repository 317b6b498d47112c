package resnet4j.export;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import resnet4j.graph.Graph;
import resnet4j.graph.Passes;
import resnet4j.graph.Tracer;
import resnet4j.image.Preprocess;
import resnet4j.model.ModelFile;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Tensor;

/** Writes traced networks as ONNX files, any batch size, operator set 18. https://onnx.ai */
public final class OnnxExport {
    private OnnxExport() {}

    /**
     * Writes a saved model, made ready for other runtimes, as a file that says its classes and how pictures are made ready.
     *
     * @param pixels whether the file takes pixels and normalises them itself: see {@link OnnxMetadata#pixels}
     * @return what was written; its weights belong to the scope that this is called in
     */
    public static Graph write(ModelFile.Opened model, Path file, boolean pixels) throws IOException {
        var p = model.file().preprocess();
        var graph = Passes.simplify(
                Tracer.trace(model.net(), 1, 3, Tracer.side(p.cropHeight()), Tracer.side(p.cropWidth())));
        write(graph, file, OnnxMetadata.of(model.file()).withPixels(pixels));
        return graph;
    }

    /** Writes the model of a run's folder, or any other saved model, for a program that has no tensors of its own. */
    public static void write(Path model, Path file) throws IOException {
        try (var scope = new NativeScope();
                var opened = ModelFile.open(model)) {
            if (opened.net() instanceof OnnxWriter writer) writer.writeOnnx(opened.file(), file);
            else write(opened, file, false);
        }
    }

    /**
     * Writes a classifier's {@code graph}, wholly or not at all. {@code Passes.simplify} makes the file smaller and some
     * runtimes faster; without it weights keep their names.
     *
     * @throws IllegalArgumentException for what ONNX cannot say, which names the operation, and for more than 2 GB
     */
    public static void write(Graph graph, Path file, OnnxMetadata metadata) throws IOException {
        var p = metadata.preprocess();
        var doc = metadata.model() + ": answers with " + metadata.answer().words() + "; "
                + (metadata.pixels()
                        ? "takes pixels, uint8 [N," + p.cropHeight() + "," + p.cropWidth() + ",3] in red, green, blue"
                        : "takes floats [N,3," + Tracer.side(p.cropHeight()) + "," + Tracer.side(p.cropWidth())
                                + "], (x / 255 - mean) / std with mean " + p.mean() + " and std " + p.std());
        write(graph, file, doc, metadata.pixels() ? p : null, metadata.properties());
    }

    /** The same for any graph, with its inputs and outputs under their names. @param documentation what it is, for people */
    public static void write(Graph graph, Path file, String documentation) throws IOException {
        write(graph, file, documentation, null, Map.of());
    }

    private static void write(
            Graph graph, Path file, String documentation, Preprocess pixels, Map<String, String> properties)
            throws IOException {
        long bytes = graph.constants().values().stream()
                .mapToLong(Tensor::elements)
                .map(n -> n * Float.BYTES)
                .sum();
        if (bytes > Integer.MAX_VALUE - (1 << 20))
            throw new IllegalArgumentException("graph: expected weights of less than 2 GB, the most that an ONNX file"
                    + " holds, got " + bytes + " bytes");
        OnnxGraph.of(graph, pixels).write(file, documentation, properties);
    }
}
