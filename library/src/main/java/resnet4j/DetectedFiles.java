package resnet4j;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import resnet4j.config.Records;
import resnet4j.data.Skipped;
import resnet4j.detect.CocoResults;
import resnet4j.detect.Drawing;
import resnet4j.files.AtomicFile;
import resnet4j.files.ResultFolder;
import resnet4j.image.Box;
import resnet4j.image.Image;
import resnet4j.image.ImageFile;
import resnet4j.image.Picture;
import resnet4j.report.Words;

/** What a {@link Detector} found in picture files. @param predictions empty where they were written to {@code out} */
public record DetectedFiles(int pictures, List<OfPicture> predictions, List<Skipped> skipped, Optional<Path> out)
        implements FileAnswers {
    /** @param things surest first */
    public record OfPicture(String image, List<Thing> things) {}

    public record Thing(int index, String label, double score, Box box) {}

    /**
     * Looks at the files one by one.
     *
     * @param out      a file for COCO's results; picture {@code i} has the id {@code i}, from 1, and a class its number
     * @param draw     a folder for the pictures with what was found drawn over them
     * @param progress told of every file
     */
    public static DetectedFiles of(
            Detector detector, List<Path> files, Optional<Path> out, Optional<Path> draw, IntConsumer progress)
            throws IOException {
        var names = detector.card().classNames();
        var drawings = draw.isPresent() ? new ResultFolder(draw.get()) : null;
        var categories = LongStream.range(0, names.size()).boxed().toList();
        var results = new ArrayList<Map<String, Object>>(); // with masks as text: as pixels they would fill the memory
        var predictions = new ArrayList<OfPicture>();
        var skipped = new ArrayList<Skipped>();
        for (int i = 0; i < files.size(); i++) {
            var file = files.get(i);
            progress.accept(1);
            Image image;
            try {
                image = detector.card().preprocess().decode(Picture.of(file));
            } catch (IOException e) {
                skipped.add(new Skipped(file.toString(), e.getMessage()));
                continue;
            }
            var found = detector.predict(image);
            if (out.isPresent()) results.addAll(CocoResults.json(List.of(found), List.of(i + 1L), categories));
            predictions.add(new OfPicture(
                    file.toString(),
                    found.stream()
                            .map(d -> new Thing(d.label(), names.get(d.label()), d.score(), d.box()))
                            .toList()));
            if (drawings != null)
                ImageFile.writePng(drawings.places(file, ".png").get(0), Drawing.of(image, found, names));
        }
        int pictures = predictions.size();
        if (out.isEmpty()) return new DetectedFiles(pictures, predictions, skipped, out);
        AtomicFile.write(out.get(), Records.line(results));
        return new DetectedFiles(pictures, List.of(), skipped, out);
    }

    @Override
    public List<String> lines() {
        return predictions.stream()
                .map(one -> Words.shown(one.image) + ": " + (one.things.isEmpty() ? "nothing" : words(one.things)))
                .toList();
    }

    private static String words(List<Thing> things) {
        return things.stream().map(DetectedFiles::words).collect(Collectors.joining("; "));
    }

    private static String words(Thing thing) {
        var b = thing.box;
        return String.format(
                Locale.ROOT,
                "%s %.1f %% at %.0f,%.0f to %.0f,%.0f",
                Words.shown(thing.label),
                100 * thing.score,
                b.x1(),
                b.y1(),
                b.x2(),
                b.y2());
    }
}
