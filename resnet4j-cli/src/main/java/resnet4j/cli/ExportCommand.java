package resnet4j.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import resnet4j.array.DType;
import resnet4j.data.DataSource;
import resnet4j.data.Dataset;
import resnet4j.data.Loader;
import resnet4j.eval.Inputs;
import resnet4j.export.ExportCheck;
import resnet4j.export.OnnxCheck;
import resnet4j.export.OnnxExport;
import resnet4j.export.OnnxRuntime;
import resnet4j.export.OnnxWriter;
import resnet4j.graph.Graph;
import resnet4j.graph.Tracer;
import resnet4j.model.ModelFile;
import resnet4j.model.NetWeights;
import resnet4j.report.Words;
import resnet4j.tensor.Device;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;
import resnet4j.weights.PyTorchFile;

/** {@code export}: a network for other programs. */
@CommandLine.Command(
        name = "export",
        description =
                "Write a network as ONNX (.onnx), as a PyTorch state dict (.pth) or as a saved model (.safetensors).",
        footer = {
            "An ONNX file is checked at once: ONNX Runtime's answers beside ours, on pictures or on random input. That of"
                    + " a detector takes uint8 pixels [1,H,W,3] of any size and gives boxes, labels, scores and masks.",
            "",
            "Example:",
            "  ./resnet4j export runs/quickstart-1 --out model.onnx"
        })
final class ExportCommand extends Command<ExportCommand.Result> {
    private static final String FORGETS =
            "the ONNX file gives logits only, so that it cannot tell pictures that the network"
                    + " does not know by their distance; calibrate by energy for that";

    private static final String DRAWN = "shapes:2";

    @Mixin
    private ModelArgument model;

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "Its ending says the format.")
    private Path out;

    @Option(names = "--pixels", description = "ONNX that takes uint8 pixels [N,H,W,3] and normalises them itself.")
    private boolean pixels;

    @Option(names = "--data", paramLabel = "KIND:PATH", description = "Pictures to check an ONNX file on.")
    private String data;

    /**
     * @param check  ONNX Runtime against libtorch; absent for other formats, and where ONNX Runtime is not there
     * @param passed whether they say the same, as far as rounding lets them; absent likewise
     * @param note   what the file cannot say
     */
    record Result(
            String model,
            Path out,
            long bytes,
            Optional<? extends ExportCheck> check,
            Optional<Boolean> passed,
            Optional<String> note) {}

    @Override
    Result run() throws Exception {
        var name = out.getFileName().toString();
        try (var opened = model.open();
                var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            opened.net().train(false);
            Optional<? extends ExportCheck> check = Optional.empty();
            if (name.endsWith(".onnx")) check = onnx(opened);
            else if (name.endsWith(".pth") || name.endsWith(".pt")) PyTorchFile.write(out, NetWeights.of(opened.net()));
            else if (name.endsWith(".safetensors")) opened.file().save(out, opened.net());
            else
                throw new IllegalArgumentException(
                        "--out: expected a name that ends in .onnx, .pth or .safetensors, got " + out);
            boolean forgets = name.endsWith(".onnx") && opened.file().answer().byFeatures();
            boolean eight = opened.net().state().values().stream().anyMatch(t -> t.dtype() == DType.I8);
            return new Result(
                    model.model,
                    out,
                    Files.size(out),
                    check,
                    check.map(c -> c.passed(eight)),
                    forgets ? Optional.of(FORGETS) : Optional.empty());
        }
    }

    private Optional<? extends ExportCheck> onnx(ModelFile.Opened opened) throws IOException {
        if (opened.net() instanceof OnnxWriter writer) {
            writer.writeOnnx(opened.file(), out);
            return OnnxRuntime.available()
                    ? Optional.of(writer.checkOnnx(out, dataset(data == null ? DRAWN : data)))
                    : Optional.empty();
        }
        var graph = OnnxExport.write(opened, out, pixels);
        return OnnxRuntime.available() && !pixels
                ? Optional.of(OnnxCheck.of(out, graph, images(opened.file(), graph)))
                : Optional.empty();
    }

    /** Eight pictures, or as many of random numbers where no data is given. */
    private Tensor images(ModelFile file, Graph graph) throws IOException {
        var preprocess = file.preprocess();
        if (data == null) {
            Ops.seed(common.seed().orElse(0));
            return Tensor.randn(8, 3, Tracer.side(preprocess.cropHeight()), Tracer.side(preprocess.cropWidth()));
        }
        try (var batches =
                Loader.inOrder(dataset(data), 8).withPreprocess(preprocess).epoch(0)) {
            return Inputs.images(batches.next(), preprocess, Device.CPU);
        }
    }

    private static Dataset<?> dataset(String data) throws IOException {
        var source = DataSource.parse(data);
        return source.split(source.measured()).limit(8);
    }

    @Override
    String text(Result r) {
        return String.format(Locale.ROOT, "%s: %,d bytes", r.out, r.bytes)
                + r.check
                        .map(c -> "%nONNX Runtime against libtorch on ".formatted() + c.words())
                        .orElse("")
                + r.note.map(note -> "%nNote: ".formatted() + Words.sentence(note) + ".")
                        .orElse("");
    }

    @Override
    int exitCode(Result r) {
        return r.passed.orElse(true) ? DONE : FAILED;
    }
}
