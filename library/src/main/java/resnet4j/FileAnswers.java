package resnet4j;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import resnet4j.data.Epoch;
import resnet4j.data.Label;
import resnet4j.data.PictureFiles;
import resnet4j.data.Reading;
import resnet4j.data.Skipped;
import resnet4j.detect.DetectionNet;
import resnet4j.detect.Limits;
import resnet4j.image.Preprocess;
import resnet4j.model.ModelFile;
import resnet4j.report.Words;
import resnet4j.run.Watcher;
import resnet4j.segment.PixelViews;

/** What a network said of picture files. */
public sealed interface FileAnswers permits AnsweredFiles, DetectedFiles, SegmentedFiles {
    /** How many could be read. */
    int pictures();

    List<Skipped> skipped();

    /** A line for each picture whose answer is here. */
    List<String> lines();

    /** The lines, and what was skipped. @param out where answers were written that are not here */
    default String text(Optional<Path> out) {
        var written = out.stream().map(file -> Words.count(pictures(), "picture") + ": " + file);
        var left = skipped().stream().map(s -> "skipped " + Words.shown(s.file()) + ": " + Words.sentence(s.reason()));
        return Stream.of(written, lines().stream(), left)
                .flatMap(s -> s)
                .collect(Collectors.joining(System.lineSeparator()));
    }

    /**
     * What is wanted of picture files; a network of another kind than it speaks of refuses it.
     *
     * @param top     how many classes are said, where a network names what a picture shows
     * @param batch   pictures at a time, for such a network
     * @param out     a file for the answers: see {@link AnsweredFiles} and {@link DetectedFiles}
     * @param draw    a folder for pictures with what was found in them: see {@link DetectedFiles}, {@link SegmentedFiles}
     * @param score   least score of what a detector finds
     * @param overlap greatest overlap of two things of a class that a detector finds
     * @param views   how a network that answers for each pixel looks at a picture, and a detector's windows
     */
    record Wishes(
            int top,
            int batch,
            Optional<Path> out,
            Optional<Path> draw,
            Optional<Double> score,
            Optional<Double> overlap,
            PixelViews views) {
        private static void refuse(boolean asked, String what, String whose) {
            if (asked)
                throw new IllegalArgumentException(
                        what + ": expected " + whose + ", got another network; leave it out");
        }

        private void refuseThings() {
            refuse(score.isPresent(), "score", "a detector");
            refuse(overlap.isPresent(), "overlap", "a detector");
        }

        private void refusePixels() {
            refuse(
                    !views.equals(new PixelViews()),
                    "scales, window and mirror",
                    "a network that answers for each pixel, or window and a detector");
        }

        private void refuseAllButWhole() {
            refuseThings();
            refusePixels();
            refuse(draw.isPresent(), "draw", "a detector or a network that answers for each pixel");
        }

        private Limits over(Limits own) {
            return new Limits(score.orElse(own.score()), overlap.orElse(own.overlap()), own.most());
        }
    }

    /**
     * Goes through picture files; those that cannot be read are skipped.
     *
     * @param model    which the caller closes and uses no more
     * @param reading  how pictures are made ready for a network that answers for the whole of each
     * @param watching makes a watcher of so many pictures
     */
    static FileAnswers of(
            ModelFile.Opened model,
            Predictor.Options options,
            List<Path> files,
            Wishes wishes,
            Reading reading,
            IntFunction<? extends Watcher> watching)
            throws IOException {
        if (model.file().architecture().perPixel()) {
            wishes.refuseThings();
            if (wishes.out.isPresent())
                throw new IllegalArgumentException("out: a network that answers for each pixel gives maps; write them"
                        + " with draw, and print areas as JSON");
            try (var segmenter = new Segmenter(model, options, wishes.views);
                    var watcher = watching.apply(files.size())) {
                return SegmentedFiles.of(segmenter, files, wishes.draw, watcher::add);
            }
        }
        if (model.net() instanceof DetectionNet net) {
            wishes.views.refuseAllButWindows();
            var limits = Optional.of(wishes.over(net.limits()));
            try (var detector = new Detector(model, options, limits, wishes.views.windows());
                    var watcher = watching.apply(files.size())) {
                return DetectedFiles.of(detector, files, wishes.out, wishes.draw, watcher::add);
            }
        }
        wishes.refuseAllButWhole();
        try (var batches =
                        batches(files, model.file().preprocess(), wishes, reading); // while the network is made ready
                var answering = Answering.of(model, options, wishes.top);
                var watcher = watching.apply(files.size())) {
            return AnsweredFiles.of(answering, files, batches, wishes.out, watcher::add);
        }
    }

    /** The same of an ONNX file that ResNet4J exported: see {@link Classifier#load(Path, Predictor.Options)}. */
    static FileAnswers onnx(
            Path onnx,
            Predictor.Options options,
            List<Path> files,
            Wishes wishes,
            Reading reading,
            IntFunction<? extends Watcher> watching)
            throws IOException {
        wishes.refuseAllButWhole();
        try (var answering = Answering.onnx(onnx, options, wishes.top);
                var batches = batches(files, answering.preprocess(), wishes, reading);
                var watcher = watching.apply(files.size())) {
            return AnsweredFiles.of(answering, files, batches, wishes.out, watcher::add);
        }
    }

    private static Epoch<Label> batches(List<Path> files, Preprocess preprocess, Wishes wishes, Reading reading) {
        return reading.loader(PictureFiles.unlabelled(files, Path.of("")), preprocess, wishes.batch)
                .epoch(0);
    }
}
