package resnet4j.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import resnet4j.compress.Quantization;
import resnet4j.compress.Quantized;
import resnet4j.compress.Range;
import resnet4j.measure.Quantizing;

/** {@code quantize}: a network in eight bits, if it is still as good. */
@CommandLine.Command(
        name = "quantize",
        description = "Make a network's weights and values eight bits wide, and write it if it is still as good.",
        footer = {
            "The file is a quarter as large. Plans compute it in eight bits, from the first convolution to the last;"
                    + " ONNX Runtime does so with the ONNX file.",
            "",
            "Example:",
            "  ./resnet4j quantize runs/quickstart-1 --calibrate shapes:200 \\",
            "        --eval shapes:1000 --out small.safetensors"
        })
final class QuantizeCommand extends Command<Quantized> {
    @Mixin
    private ModelArgument model;

    @Option(
            names = "--calibrate",
            required = true,
            paramLabel = "KIND:PATH",
            description = "Pictures that show how large values become; of their training part, without its classes.")
    private String calibrate;

    @Option(names = "--pictures", paramLabel = "N", description = "How many of them (default: 500).")
    private int pictures = 500;

    @Option(
            names = "--eval",
            paramLabel = "KIND:PATH",
            description = "Pictures with classes, maps or boxes, that it is measured on.")
    private String eval;

    @Option(names = "--limit", paramLabel = "N", description = "Measure on only so many pictures.")
    private Integer limit;

    @Option(
            names = "--max-drop",
            paramLabel = "SHARE",
            description =
                    "The most of the score that may be lost, top-1, mean IoU or boxMap; where more is, nothing is written (default: 0.005).")
    private double maxDrop = 0.005;

    @Option(
            names = "--range",
            paramLabel = "minmax|percentile|mse|entropy",
            description = "How the largest number of eight bits is chosen (default: mse).")
    private Range range = Range.MSE;

    @Option(names = "--keep", paramLabel = "LAYER,...", split = ",", description = "Layers that stay in floats.")
    private List<String> keep = List.of();

    @Option(
            names = "--mixed",
            paramLabel = "SHARE",
            description = "The most that rounding may move the logits, squares by squares: the most sensitive layers"
                    + " stay in floats until the others' sensitivities sum to less.")
    private Double mixed;

    @Option(
            names = "--equalize",
            description = "First make the channels of a layer as wide as one another, which changes no answer.")
    private boolean equalize;

    @Option(
            names = "--correct-bias",
            description = "Take from biases what rounding adds to the means of channels on these pictures.")
    private boolean correctBias;

    @Option(names = "--batch", paramLabel = "N", description = "Pictures at a time (default: 64).")
    private int batch = 64;

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "A .safetensors or .onnx file.")
    private Path out;

    @Mixin
    private Decoding decoding;

    @Override
    Quantized run() throws Exception {
        decoding.check(batch);
        Bounds.atLeast("--pictures", 1, pictures);
        if (limit != null) Bounds.atLeast("--limit", 1, limit);
        if (!(maxDrop >= 0 && maxDrop <= 1))
            throw new IllegalArgumentException("--max-drop: expected a share from 0 to 1, got " + maxDrop);
        var name = out.getFileName().toString();
        if (!name.endsWith(".safetensors") && !name.endsWith(".onnx"))
            throw new IllegalArgumentException("--out: expected a name that ends in .safetensors or .onnx, got " + out);
        common.onCpuInFp32("quantize");
        var quantization =
                new Quantization(range, Set.copyOf(keep), Optional.ofNullable(mixed), equalize, correctBias, maxDrop);
        var most = limit == null ? OptionalInt.empty() : OptionalInt.of(limit);
        try (var opened = model.open()) {
            return new Quantizing(quantization, calibrate, pictures, Optional.ofNullable(eval), most, batch)
                    .run(opened, model.model, out, decoding::loader, this::progress);
        }
    }

    @Override
    String text(Quantized quantized) {
        return quantized.toString();
    }

    @Override
    int exitCode(Quantized quantized) {
        return quantized.passed() ? DONE : FAILED;
    }
}
