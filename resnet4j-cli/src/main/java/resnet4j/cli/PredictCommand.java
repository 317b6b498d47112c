package resnet4j.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import resnet4j.FileAnswers;
import resnet4j.Predictor;
import resnet4j.data.PictureFiles;

/** {@code predict}: what pictures show. */
@CommandLine.Command(
        name = "predict",
        description = {
            "Say what pictures show. Pictures that cannot be read are listed and skipped.",
            "MODEL may also be an ONNX file that 'export' wrote; ONNX Runtime, whose parser is native, opens it: take"
                    + " only files that you trust."
        },
        footer = {"", "Example:", "  ./resnet4j predict runs/quickstart-1 photo.jpg"})
final class PredictCommand extends Command<FileAnswers> {
    @Mixin
    private ModelArgument model;

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "PICTURE",
            description = "Picture files, and folders to look for them in.")
    private List<Path> places;

    @Option(names = "--top", paramLabel = "K", description = "Classes for each picture (default: 5).")
    private int top = 5;

    @Option(
            names = {"--out", "--csv"},
            paramLabel = "FILE",
            description =
                    "Write each prediction here as it is made: JSON lines if it ends in .jsonl, otherwise CSV; of a detector,"
                            + " all of them in COCO's results format.")
    private Path out;

    @Option(names = "--batch", paramLabel = "N", description = "Pictures at a time (default: 16).")
    private int batch = 16;

    @Option(
            names = "--draw",
            paramLabel = "DIR",
            description =
                    "Of a detector, and for each pixel: write each picture here with what was found in it, as PNG;"
                            + " for each pixel its label map, too.")
    private Path draw;

    @Option(
            names = "--score",
            paramLabel = "S",
            description = "Of a detector: least score (default: its method's own).")
    private Double score;

    @Option(
            names = "--overlap",
            paramLabel = "S",
            description = "Of a detector: greatest overlap of two things of a class (default: its method's own).")
    private Double overlap;

    @Option(names = "--mirror", description = "For each pixel: average over the mirror image, too.")
    private boolean mirror;

    @Mixin
    private PixelOptions pixels;

    @Mixin
    private Decoding decoding;

    @Override
    FileAnswers run() throws Exception {
        Bounds.atLeast("--top", 1, top);
        decoding.check(batch);
        var files = files(); // before the network is read: what is not there is soon said
        var wishes = new FileAnswers.Wishes(
                top,
                batch,
                Optional.ofNullable(out),
                Optional.ofNullable(draw),
                Optional.ofNullable(score),
                Optional.ofNullable(overlap),
                pixels.views(mirror));
        IntFunction<Progress> watching = n -> progress("predict", n, "images");
        var onnx = model.onnx();
        if (onnx.isPresent()) {
            common.onCpuInFp32("an ONNX file");
            int threads = common.threads == null ? Runtime.getRuntime().availableProcessors() : common.threads;
            var options = new Predictor.Options().withThreads(threads);
            return FileAnswers.onnx(onnx.get(), options, files, wishes, decoding::loader, watching);
        }
        try (var network = model.open()) {
            return FileAnswers.of(network, common.predictor(), files, wishes, decoding::loader, watching);
        }
    }

    private List<Path> files() throws IOException {
        var files = PictureFiles.found(places);
        if (files.isEmpty())
            throw new IllegalArgumentException("PICTURE: expected pictures (jpg, png, bmp, gif, pnm) in "
                    + places.stream().map(Path::toString).collect(Collectors.joining(", ")) + ", found none");
        return files;
    }

    @Override
    String text(FileAnswers answers) {
        return answers.text(Optional.ofNullable(out));
    }

    @Override
    int exitCode(FileAnswers answers) {
        return answers.pictures() == 0 ? FAILED : DONE;
    }
}
