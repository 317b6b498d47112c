package resnet4j.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import resnet4j.config.Checks;
import resnet4j.data.Reading;
import resnet4j.data.Things;
import resnet4j.detect.DetectionNet;
import resnet4j.detect.Measure;
import resnet4j.detect.ThingSections;
import resnet4j.eval.Score;
import resnet4j.eval.Views;
import resnet4j.graph.Inference;
import resnet4j.image.LabelMap;
import resnet4j.image.Target;
import resnet4j.model.Answer;
import resnet4j.model.ModelFile;
import resnet4j.report.Page;
import resnet4j.report.RunReport;
import resnet4j.report.Section;
import resnet4j.run.RunFolder;
import resnet4j.run.Stages;
import resnet4j.run.Watcher;
import resnet4j.segment.PixelEvaluator;
import resnet4j.segment.PixelSections;
import resnet4j.segment.PixelViews;
import resnet4j.targets.Aim;
import resnet4j.tensor.Device;
import resnet4j.tensor.Precision;

/**
 * A page about a network: what it is and how good, where it fails, how sure it is, what it costs, where it comes from.
 *
 * @param model     a saved model, a run folder, or what the network that is opened is called
 * @param run       whose training the page shows, if it is a run's network
 * @param data      the pictures to measure it on, as {@code kind:path}; those that it was trained with where absent
 * @param split     a part of them; {@link resnet4j.data.DataSource#measured} where absent
 * @param limit     use only so many of each part
 * @param batch     pictures at a time
 * @param examples  how many mistakes are shown, and how many of what it was least sure of
 * @param whole    whether all pictures are looked at: for the training pictures that are most alike to these, twins and wrong
 *                  labels
 * @param seconds   how long its speed is measured; 0 to leave that out
 */
public record Report(
        String model,
        Optional<RunFolder> run,
        Optional<String> data,
        Optional<String> split,
        OptionalInt limit,
        int batch,
        int examples,
        boolean whole,
        double seconds,
        Device device,
        Precision precision) {
    /** Opens the network; asked several times, as some measurements use networks up. */
    public interface Opening {
        ModelFile.Opened open() throws IOException;
    }

    public Report {
        if (batch < 1) throw new IllegalArgumentException("batch: expected at least 1, got " + batch);
        if (examples < 0) throw new IllegalArgumentException("examples: expected 0 or more, got " + examples);
        if (!(seconds >= 0 && seconds <= 3600))
            throw new IllegalArgumentException("seconds: expected 0 to 3600, got " + seconds);
        limit.ifPresent(n -> Checks.positive("limit", n));
        precision = precision.on(device);
    }

    /** Of a run's best network, on the pictures that the run was measured on. @throws IOException if it has none yet */
    public static Report of(RunFolder run) throws IOException {
        requireModel(run);
        return of(run.path().toString());
    }

    private static void requireModel(RunFolder run) throws IOException {
        if (!Files.isRegularFile(run.model()))
            throw new IOException(run.path() + ": expected a run with a model.safetensors, found none; it ended before"
                    + " its first epoch: go on with it by --resume " + run.path());
    }

    /** Of a saved model, or of a run folder. */
    public static Report of(String model) {
        var folder = new RunFolder(Path.of(model));
        return new Report(
                model,
                folder.begun() ? Optional.of(folder) : Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalInt.empty(),
                64,
                12,
                true,
                2,
                Device.CPU,
                Precision.FP32);
    }

    /** On pictures of that name, {@code kind:path}. */
    public Report withData(String data) {
        return new Report(
                model, run, Optional.of(data), split, limit, batch, examples, whole, seconds, device, precision);
    }

    /** Measures the network, and writes the page as one file. */
    public Reported write(Path out) throws IOException {
        if (!Files.exists(Path.of(model))) throw new IOException(model + ": there is no such model file or run folder");
        int threads = Math.max(1, Runtime.getRuntime().availableProcessors() - 1);
        return write(
                out,
                () -> ModelFile.open(model, Optional.empty(), OptionalInt.empty()),
                Reading.ahead(threads),
                Stages.NONE);
    }

    /** The same of a network that the caller knows how to open. */
    public Reported write(Path out, Opening opening, Reading reading, Stages stages) throws IOException {
        if (run.isPresent()) requireModel(run.get());
        long begun = System.nanoTime();
        try (var opened = opening.open()) {
            var told = told(opened, opening, reading, stages);
            var page = page(opened, told, speed(opened, opening));
            page.write(out);
            return new Reported(
                    model,
                    told.pictures.words(),
                    told.score,
                    told.notes,
                    page.sections().stream()
                            .map(Section::heading)
                            .filter(heading -> !heading.isEmpty())
                            .toList(),
                    out,
                    Files.size(out),
                    (System.nanoTime() - begun) / 1e9);
        }
    }

    /** Of networks whose input has one size. */
    private Optional<Speed> speed(ModelFile.Opened described, Opening opening) throws IOException {
        if (seconds == 0 || described.file().preprocess().cropHeight() == 0) return Optional.empty();
        var bench = new Bench(device, precision, 1, Optional.empty(), seconds, 0);
        return Optional.of(bench.infer(model, opening.open(), Inference.Way.best(device)));
    }

    private Page page(ModelFile.Opened opened, Told told, Optional<Speed> speed) throws IOException {
        var card = new ModelCard(opened, told, speed, this);
        var sections = new ArrayList<Section>();
        sections.add(RunReport.top(told.notes, told.score));
        sections.add(card.facts());
        sections.add(card.section());
        if (run.isPresent()) sections.addAll(RunReport.course(run.get(), told.score));
        sections.addAll(told.sections);
        sections.add(Glance.of(told.pictures));
        sections.addAll(RunReport.skipped(told.score.skipped()));
        sections.add(card.cost());
        sections.addAll(card.origin());
        return new Page("Model report", opened.file().model(), "on " + told.pictures.words(), sections);
    }

    /** What is known of a network once it was measured. @param sections and card: of its kind of task */
    record Told(Score score, Seen<?> pictures, List<String> notes, List<Section> sections, Map<String, String> card) {}

    private Told told(ModelFile.Opened opened, Opening opening, Reading reading, Stages stages) throws IOException {
        var file = opened.file();
        if (file.architecture().perPixel()) {
            var seen = Seen.of(this, file, LabelMap.class);
            var known = PixelEvaluator.known("data", seen.pictures(), file.classNames());
            try (var watcher = watcher(stages, seen)) {
                var score = PixelEvaluator.evaluate(
                        opening.open(), known, new PixelViews(), device, precision, watcher::add);
                var sections = PixelSections.of(opened, known, score, device);
                return new Told(score, seen, seen.notes(score), sections, Map.of());
            }
        }
        if (opened.net() instanceof DetectionNet) {
            var seen = Seen.of(this, file, Things.class);
            try (var watcher = watcher(stages, seen)) {
                opened.net().to(device);
                var score = Measure.of(opened, seen.pictures(), batch, Optional.empty(), device, watcher::add);
                var sections = ThingSections.of(opened, seen.pictures(), score, device);
                return new Told(score, seen, seen.notes(score), sections, Map.of());
            }
        }
        if (file.answer() instanceof Answer.Classes)
            return new ClassifierReport(this, opened, opening, reading).told(stages);
        return aimed(file, Aim.of(file), opening, reading, stages);
    }

    private <T extends Target<T>> Told aimed(
            ModelFile file, Aim<T> aim, Opening opening, Reading reading, Stages stages) throws IOException {
        var seen = Seen.of(this, file, aim.target());
        try (var network = opening.open();
                var watcher = watcher(stages, seen)) {
            var loader = reading.loader(seen.pictures(), file.preprocess(), batch);
            var score = aim.measure(network, loader, Views.ONE, device, precision, watcher::add);
            return new Told(score, seen, seen.notes(score), aim.sections(score), Map.of());
        }
    }

    static Watcher watcher(Stages stages, Seen<?> seen) {
        return stages.begin("measure", seen.pictures().size(), "images");
    }
}
