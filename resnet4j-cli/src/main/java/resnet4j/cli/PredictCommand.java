package resnet4j.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import resnet4j.AnsweredFiles;
import resnet4j.Answering;
import resnet4j.DetectedFiles;
import resnet4j.Detector;
import resnet4j.FileAnswers;
import resnet4j.Predictor;
import resnet4j.SegmentedFiles;
import resnet4j.Segmenter;
import resnet4j.data.Epoch;
import resnet4j.data.Label;
import resnet4j.data.PictureFiles;
import resnet4j.detect.DetectionNet;
import resnet4j.detect.Limits;
import resnet4j.image.Preprocess;
import resnet4j.model.ModelFile;

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
        var onnx = model.onnx();
        if (onnx.isPresent()) {
            common.onCpuInFp32("an ONNX file");
            int threads = common.threads == null ? Runtime.getRuntime().availableProcessors() : common.threads;
            try (var answering = Answering.onnx(onnx.get(), new Predictor.Options().withThreads(threads), top);
                    var batches = batches(files, answering.preprocess())) {
                return whole(files, answering, batches);
            }
        }
        try (var network = model.open()) {
            if (network.file().architecture().perPixel()) return eachPixel(files, network);
            pixels.refuse();
            if (network.net() instanceof DetectionNet net) return things(files, network, net.limits());
            try (var batches = batches(files, network.file().preprocess()); // decoded while the network is made ready
                    var answering = Answering.of(network, common.predictor(), top)) {
                return whole(files, answering, batches);
            }
        }
    }

    private Epoch<Label> batches(List<Path> files, Preprocess preprocess) {
        return decoding.loader(PictureFiles.unlabelled(files, Path.of("")), preprocess, batch)
                .epoch(0);
    }

    private AnsweredFiles whole(List<Path> files, Answering answering, Epoch<Label> batches) throws IOException {
        try (var progress = progress("predict", files.size(), "images")) {
            return AnsweredFiles.of(answering, files, batches, Optional.ofNullable(out), progress::add);
        }
    }

    private DetectedFiles things(List<Path> files, ModelFile.Opened network, Limits own) throws IOException {
        var limits =
                new Limits(score == null ? own.score() : score, overlap == null ? own.overlap() : overlap, own.most());
        try (var detector = new Detector(network, common.predictor(), Optional.of(limits));
                var progress = progress("predict", files.size(), "images")) {
            return DetectedFiles.of(
                    detector, files, Optional.ofNullable(out), Optional.ofNullable(draw), progress::add);
        }
    }

    private SegmentedFiles eachPixel(List<Path> files, ModelFile.Opened network) throws IOException {
        if (out != null)
            throw new IllegalArgumentException("--out: a network that answers for each pixel gives maps; write them"
                    + " with --draw DIR, and print areas with --json");
        try (var segmenter = new Segmenter(network, common.predictor(), pixels.views(mirror));
                var progress = progress("predict", files.size(), "images")) {
            return SegmentedFiles.of(segmenter, files, Optional.ofNullable(draw), progress::add);
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
