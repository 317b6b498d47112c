package resnet4j.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import resnet4j.Answering;
import resnet4j.Detector;
import resnet4j.Predicted;
import resnet4j.PredictionWriter;
import resnet4j.Predictor;
import resnet4j.SegmentedFiles;
import resnet4j.Segmenter;
import resnet4j.data.Epoch;
import resnet4j.data.Label;
import resnet4j.data.PictureFiles;
import resnet4j.data.Skipped;
import resnet4j.detect.DetectionNet;
import resnet4j.detect.Limits;
import resnet4j.image.Preprocess;
import resnet4j.model.ModelFile;
import resnet4j.report.Words;

/** {@code predict}: what pictures show. */
@CommandLine.Command(
        name = "predict",
        description = {
            "Say what pictures show. Pictures that cannot be read are listed and skipped.",
            "MODEL may also be an ONNX file that 'export' wrote; ONNX Runtime, whose parser is native, opens it: take"
                    + " only files that you trust."
        },
        footer = {"", "Example:", "  ./resnet4j predict runs/quickstart-1 photo.jpg"})
final class PredictCommand extends Command<Record> {
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

    /** @param predictions empty where they were written to a file */
    record Result(int pictures, List<Predicted> predictions, List<Skipped> skipped) {}

    @Override
    Record run() throws Exception {
        Bounds.atLeast("--top", 1, top);
        decoding.check(batch);
        var files = files(); // before the network is read: what is not there is soon said
        var onnx = model.onnx();
        if (onnx.isPresent()) {
            common.onCpuInFp32("an ONNX file");
            int threads = common.threads == null ? Runtime.getRuntime().availableProcessors() : common.threads;
            var options = new Predictor.Options().withThreads(threads);
            try (var answering = Answering.onnx(onnx.get(), options, top);
                    var batches = batches(files, answering.preprocess())) {
                return predict(files, batches, answering);
            }
        }
        var options = common.predictor();
        var network = model.open();
        if (network.file().architecture().perPixel()) return eachPixel(files, network, options);
        pixels.refuse();
        if (network.net() instanceof DetectionNet net) {
            var own = net.limits();
            var limits = new Limits(
                    score == null ? own.score() : score, overlap == null ? own.overlap() : overlap, own.most());
            try (var detector = new Detector(network, options, Optional.of(limits));
                    var progress = progress("predict", files.size(), "images")) {
                return PredictedThings.of(
                        detector, files, Optional.ofNullable(out), Optional.ofNullable(draw), progress);
            }
        }
        try (var opened = network;
                var batches = batches(files, opened.file().preprocess())) { // decoded while the network is made ready
            try (var answering = Answering.of(opened, options, top)) {
                return predict(files, batches, answering);
            }
        }
    }

    private SegmentedFiles eachPixel(List<Path> files, ModelFile.Opened network, Predictor.Options options)
            throws IOException {
        try (var opened = network) {
            if (out != null)
                throw new IllegalArgumentException("--out: a network that answers for each pixel gives maps; write them"
                        + " with --draw DIR, and print areas with --json");
            try (var segmenter = new Segmenter(opened, options, pixels.views(mirror));
                    var progress = progress("predict", files.size(), "images")) {
                return SegmentedFiles.of(segmenter, files, Optional.ofNullable(draw), progress::add);
            }
        }
    }

    private Epoch<Label> batches(List<Path> files, Preprocess preprocess) {
        return decoding.loader(PictureFiles.unlabelled(files, Path.of("")), preprocess, batch)
                .epoch(0);
    }

    private Result predict(List<Path> files, Epoch<Label> batches, Answering answering) throws Exception {
        var predictions = new ArrayList<Predicted>();
        int done = 0;
        try (var table = out == null ? null : PredictionWriter.to(out);
                var progress = progress("predict", files.size(), "images")) {
            while (hasNext(batches)) {
                var batch = batches.next();
                var names = IntStream.of(batch.indices())
                        .mapToObj(i -> files.get(i).toString())
                        .toList();
                for (var said : answering.predict(batch, names)) {
                    if (table == null) predictions.add(said);
                    else table.write(said);
                }
                if (table != null) table.flush();
                done += batch.size();
                progress.at(done + batches.skipped().size(), "");
            }
        }
        return new Result(done, predictions, batches.skipped());
    }

    /** Whether there is a batch; an epoch of which nothing can be read has none, and its list of what was skipped. */
    private static boolean hasNext(Epoch<Label> batches) {
        try {
            return batches.hasNext();
        } catch (UncheckedIOException nothingReadable) {
            return false;
        }
    }

    /** The files named, and the pictures in the folders named, those in the order of their paths. */
    private List<Path> files() throws IOException {
        var files = new ArrayList<Path>();
        for (var place : places) {
            if (!Files.exists(place))
                throw new NoSuchFileException(place.toString(), null, "expected a picture or a folder, there is none");
            if (Files.isDirectory(place)) files.addAll(PictureFiles.pictures(place));
            else files.add(place);
        }
        if (files.isEmpty())
            throw new IllegalArgumentException("PICTURE: expected pictures (jpg, png, bmp, gif, pnm) in "
                    + places.stream().map(Path::toString).collect(Collectors.joining(", ")) + ", found none");
        return files;
    }

    @Override
    String text(Record answer) {
        if (answer instanceof SegmentedFiles segmented) return segmented.toString();
        return answer instanceof PredictedThings things ? things.text() : text((Result) answer);
    }

    private String text(Result result) {
        var skipped = result.skipped.stream()
                .map(s -> "skipped " + Words.shown(s.file()) + ": " + Words.sentence(s.reason()));
        var found = out != null
                ? Stream.of(Words.count(result.pictures, "picture") + ": " + out)
                : result.predictions.stream().map(said -> Words.shown(said.image()) + ": " + said.words());
        return Stream.concat(found, skipped).collect(Collectors.joining(System.lineSeparator()));
    }

    @Override
    int exitCode(Record answer) {
        if (answer instanceof SegmentedFiles segmented) return segmented.pictures() == 0 ? FAILED : DONE;
        int pictures = answer instanceof Result result ? result.pictures : ((PredictedThings) answer).pictures();
        return pictures == 0 ? FAILED : DONE;
    }
}
