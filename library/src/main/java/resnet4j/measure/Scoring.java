package resnet4j.measure;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntFunction;
import resnet4j.data.DataSource;
import resnet4j.data.Dataset;
import resnet4j.data.Label;
import resnet4j.data.Labelled;
import resnet4j.data.Reading;
import resnet4j.data.Things;
import resnet4j.detect.DetectionNet;
import resnet4j.detect.Measure;
import resnet4j.eval.Evaluator;
import resnet4j.eval.Score;
import resnet4j.eval.Views;
import resnet4j.image.LabelMap;
import resnet4j.image.Target;
import resnet4j.model.Answer;
import resnet4j.model.ModelFile;
import resnet4j.run.Watcher;
import resnet4j.segment.PixelEvaluator;
import resnet4j.segment.PixelViews;
import resnet4j.targets.Aim;
import resnet4j.tensor.Device;
import resnet4j.tensor.Precision;

/**
 * Measures how right a network is, whatever it answers: a class, labels, numbers, a class of each pixel, or things.
 *
 * @param data  the pictures, as {@code kind:path}
 * @param split a part of them; {@link DataSource#measured} where absent
 * @param limit use only so many
 * @param batch pictures at a time, where they are of one size
 * @param views of a whole picture
 * @param seen  of each pixel, and for a detector the windows that it looks through
 */
public record Scoring(
        String data,
        Optional<String> split,
        OptionalInt limit,
        int batch,
        Views views,
        PixelViews seen,
        Device device,
        Precision precision) {
    /** All pictures of that name, {@code kind:path}, on the CPU in 32-bit floats. */
    public static Scoring of(String data) {
        return new Scoring(
                data,
                Optional.empty(),
                OptionalInt.empty(),
                64,
                Views.ONE,
                new PixelViews(),
                Device.CPU,
                Precision.FP32);
    }

    /** The score of a saved model, or of a run's. */
    public Measured run(Path model) throws IOException {
        try (var opened = ModelFile.open(model.toString(), Optional.empty(), OptionalInt.empty())) {
            return run(opened, model.toString(), Reading.ahead(1), n -> Watcher.NONE);
        }
    }

    /**
     * The score of a network, which the caller closes and uses no more.
     *
     * @param name     of the network
     * @param watching makes a watcher of so many pictures
     */
    public Measured run(ModelFile.Opened opened, String name, Reading reading, IntFunction<? extends Watcher> watching)
            throws IOException {
        return new Measured(name, data, score(opened, reading, watching));
    }

    /** Whether a network is measured by how often the class that it names is right. */
    static boolean namesOneClass(ModelFile.Opened opened) {
        return !opened.file().architecture().perPixel()
                && !(opened.net() instanceof DetectionNet)
                && opened.file().answer() instanceof Answer.Classes;
    }

    private Score score(ModelFile.Opened opened, Reading reading, IntFunction<? extends Watcher> watching)
            throws IOException {
        if (opened.file().architecture().perPixel()) return eachPixel(opened, watching);
        if (opened.net() instanceof DetectionNet net) return things(opened, net, watching);
        opened.wholePictures();
        return opened.file().answer() instanceof Answer.Classes
                ? classes(opened, reading, watching)
                : aimed(opened, Aim.of(opened.file()), reading, watching);
    }

    private <T extends Target<T>> Dataset<T> pictures(Class<T> target) throws IOException {
        var source = DataSource.parse(data, target);
        var pictures = source.split(split.orElseGet(source::measured));
        return limit.isPresent() ? pictures.limit(limit.getAsInt()) : pictures;
    }

    private Score eachPixel(ModelFile.Opened opened, IntFunction<? extends Watcher> watching) throws IOException {
        if (views == Views.SHIFTS)
            throw new IllegalArgumentException("views: expected one or mirror for each pixel, got shifts");
        var pictures = pictures(LabelMap.class);
        try (var watcher = watching.apply(pictures.size())) {
            var known = PixelEvaluator.known("data", pictures, opened.file().classNames());
            return PixelEvaluator.evaluate(opened, known, seen, device, precision, watcher::add);
        }
    }

    private Score things(ModelFile.Opened opened, DetectionNet net, IntFunction<? extends Watcher> watching)
            throws IOException {
        if (views != Views.ONE)
            throw new IllegalArgumentException(
                    "views: expected one for a detector, got " + views.name().toLowerCase(Locale.ROOT));
        seen.refuseAllButWindows();
        var pictures = pictures(Things.class);
        try (var watcher = watching.apply(pictures.size())) {
            net.to(device);
            return Measure.of(opened, pictures, batch, seen.windows(), device, watcher::add);
        }
    }

    private <T extends Target<T>> Score aimed(
            ModelFile.Opened opened, Aim<T> aim, Reading reading, IntFunction<? extends Watcher> watching)
            throws IOException {
        var pictures = pictures(aim.target());
        try (var watcher = watching.apply(pictures.size())) {
            var loader = reading.loader(pictures, opened.file().preprocess(), batch);
            return aim.measure(opened, loader, views, device, precision, watcher::add);
        }
    }

    private Score classes(ModelFile.Opened opened, Reading reading, IntFunction<? extends Watcher> watching)
            throws IOException {
        var pictures = pictures(Label.class);
        try (var watcher = watching.apply(pictures.size())) {
            var known = known("data", data, pictures, opened.file());
            var loader = reading.loader(known, opened.file().preprocess(), batch);
            return Evaluator.evaluate(opened, loader, views, device, precision, watcher::add);
        }
    }

    /**
     * The pictures with their labels as indices into the network's class names.
     *
     * @param field that asked for the data
     * @param asked what it said
     */
    public static Dataset<Label> known(String field, String asked, Dataset<Label> pictures, ModelFile file) {
        if (pictures.classes().size() > file.classNames().size())
            throw new IllegalArgumentException(field + ": " + asked + " has "
                    + pictures.classes().size() + " classes, and the network only "
                    + file.classNames().size() + "; give weights that were trained on these classes");
        return Labelled.as(file.classNames(), pictures);
    }
}
