package resnet4j.cli;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import resnet4j.data.DataSource;
import resnet4j.data.Dataset;
import resnet4j.data.Label;
import resnet4j.data.Skipped;
import resnet4j.data.Things;
import resnet4j.detect.DetectionNet;
import resnet4j.detect.Measure;
import resnet4j.eval.Evaluation;
import resnet4j.eval.Evaluator;
import resnet4j.eval.Score;
import resnet4j.eval.Views;
import resnet4j.image.LabelMap;
import resnet4j.image.Target;
import resnet4j.model.Answer;
import resnet4j.model.ModelFile;
import resnet4j.report.Words;
import resnet4j.segment.IouScore;
import resnet4j.segment.PixelEvaluator;
import resnet4j.targets.Aim;

/** {@code eval}: how often a network is right. */
@CommandLine.Command(
        name = "eval",
        description = "Measure a network on pictures with known classes, of the picture or of each pixel.",
        footer = {"", "Example:", "  ./resnet4j eval runs/quickstart-1 --data shapes:1000"})
final class EvalCommand extends Command<Record> {
    @Mixin
    private ModelArgument model;

    @Option(names = "--data", required = true, paramLabel = "KIND:PATH", description = "Pictures with their classes.")
    private String data;

    @Option(
            names = "--split",
            paramLabel = "train|val|test",
            description = "Which part (default: test, else val, else train).")
    private String split;

    @Option(names = "--batch", paramLabel = "N", description = "Pictures at a time (default: 64).")
    private int batch = 64;

    @Option(names = "--limit", paramLabel = "N", description = "Use only so many pictures.")
    private Integer limit;

    @Option(
            names = "--views",
            paramLabel = "one|mirror|shifts",
            description = "Average over each picture and its mirror image; or over shifts of both, too (default: one).")
    private Views views = Views.ONE;

    @Mixin
    private Decoding decoding;

    @Mixin
    private PixelOptions pixels;

    /** The keys of the evaluation, with the model and the data before them. */
    record Result(
            String model,
            String data,
            int samples,
            int correct,
            double top1,
            int top5Correct,
            double top5,
            double loss,
            Optional<Double> auc,
            double ece,
            List<Evaluation.ClassResult> perClass,
            int[][] confusion,
            List<Skipped> skipped,
            List<String> notes) {}

    /** What a network is worth that answers with labels, numbers or ordered classes. */
    record Scored(String model, String data, Score score) {}

    @Override
    Record run() throws Exception {
        decoding.check(batch);
        if (limit != null) Bounds.atLeast("--limit", 1, limit);
        try (var opened = model.open()) {
            if (opened.file().architecture().perPixel()) return eachPixel(opened);
            pixels.refuse();
            if (opened.net() instanceof DetectionNet detector) return things(opened, detector);
            opened.wholePictures();
            return opened.file().answer().equals(Answer.CLASSES)
                    ? classes(opened)
                    : scored(opened, Aim.of(opened.file()));
        }
    }

    private <T extends Target<T>> Dataset<T> pictures(Class<T> target) throws IOException {
        var source = DataSource.parse(data, target);
        var pictures = source.split(split == null ? source.measured() : split);
        return limit == null ? pictures : pictures.limit(limit);
    }

    private IouScore.Measured eachPixel(ModelFile.Opened opened) throws IOException {
        if (views == Views.SHIFTS)
            throw new IllegalArgumentException("--views: expected one or mirror for each pixel, got shifts");
        var seen = pixels.views(views == Views.MIRROR);
        var pictures = pictures(LabelMap.class);
        try (var progress = progress("eval", pictures.size(), "images")) {
            var known = PixelEvaluator.known("--data", pictures, opened.file().classNames());
            var precision = common.precision("fp32");
            return PixelEvaluator.evaluate(opened, known, seen, common.device(), precision, progress::add)
                    .of(model.model, data);
        }
    }

    private FoundThings things(ModelFile.Opened detector, DetectionNet net) throws IOException {
        var pictures = pictures(Things.class);
        try (var progress = progress("eval", pictures.size(), "images")) {
            net.to(common.device());
            var score = Measure.of(detector, pictures, batch, common.device(), progress::add);
            return FoundThings.of(model.model, data, score);
        }
    }

    private <T extends Target<T>> Scored scored(ModelFile.Opened opened, Aim<T> aim) throws Exception {
        var pictures = pictures(aim.target());
        try (var progress = progress("eval", pictures.size(), "images")) {
            var loader = decoding.loader(pictures, opened.file().preprocess(), batch);
            var precision = common.precision("fp32");
            var score = aim.measure(opened, loader, views, common.device(), precision, progress::add);
            return new Scored(model.model, data, score);
        }
    }

    private Result classes(ModelFile.Opened opened) throws Exception {
        var pictures = pictures(Label.class);
        try (var progress = progress("eval", pictures.size(), "images")) {
            var preprocess = opened.file().preprocess();
            var known = Decoding.known("--data", data, pictures, opened.file().classNames());
            var loader = decoding.loader(known, preprocess, batch);
            var e = Evaluator.evaluate(opened, loader, views, common.device(), common.precision("fp32"), progress::add);
            return new Result(
                    model.model,
                    data,
                    e.samples(),
                    e.correct(),
                    e.top1(),
                    e.top5Correct(),
                    e.top5(),
                    e.loss(),
                    e.auc(),
                    e.ece(),
                    e.perClass(),
                    e.confusion(),
                    e.skipped(),
                    e.notes());
        }
    }

    @Override
    String text(Record result) {
        if (result instanceof IouScore.Measured measured) return measured.toString();
        if (result instanceof FoundThings found) return found.text();
        return result instanceof Scored scored ? text(scored) : text((Result) result);
    }

    private static String text(Scored scored) {
        var numbers = scored.score.numbers().entrySet().stream()
                .map(n -> String.format(Locale.ROOT, "%s %.4f", n.getKey(), n.getValue()))
                .collect(Collectors.joining(", "));
        var skipped = scored.score.skipped().stream()
                .map(s -> "skipped " + Words.shown(s.file()) + ": " + Words.sentence(s.reason()));
        return Stream.of(
                        Stream.of(scored.model + " on " + scored.data + ": " + numbers),
                        scored.score.notes().stream().map(note -> "Note: " + note + "."),
                        skipped)
                .flatMap(s -> s)
                .collect(Collectors.joining(System.lineSeparator()));
    }

    private static String text(Result r) {
        var head = String.format(
                Locale.ROOT,
                "%s on %s: top-1 %.2f %% (%d of %d), top-5 %.2f %%, loss %.4f",
                r.model,
                r.data,
                100 * r.top1,
                r.correct,
                r.samples,
                100 * r.top5,
                r.loss);
        var skipped =
                r.skipped.stream().map(s -> "skipped " + Words.shown(s.file()) + ": " + Words.sentence(s.reason()));
        var classes = r.perClass.size() > 20
                ? Stream.<String>empty()
                : r.perClass.stream()
                        .map(c -> String.format(
                                Locale.ROOT,
                                "  %-20s %6d of %6d right, precision %.3f, recall %.3f",
                                Words.shown(c.name()),
                                c.correct(),
                                c.support(),
                                c.precision(),
                                c.recall()));
        var notes = r.notes.stream().map(note -> "Note: " + Words.sentence(note) + ".");
        return Stream.of(Stream.of(head), notes, classes, skipped)
                .flatMap(s -> s)
                .collect(Collectors.joining(System.lineSeparator()));
    }
}
