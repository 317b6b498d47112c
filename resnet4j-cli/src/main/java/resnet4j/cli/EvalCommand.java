package resnet4j.cli;

import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import resnet4j.detect.DetectionNet;
import resnet4j.eval.Views;
import resnet4j.measure.Measured;
import resnet4j.measure.Scoring;

/** {@code eval}: how often a network is right. */
@CommandLine.Command(
        name = "eval",
        description = "Measure a network on pictures with known answers: classes, labels, numbers, pixels or things.",
        footer = {"", "Example:", "  ./resnet4j eval runs/quickstart-1 --data shapes:1000"})
final class EvalCommand extends Command<Measured> {
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

    @Override
    Measured run() throws Exception {
        decoding.check(batch);
        if (limit != null) Bounds.atLeast("--limit", 1, limit);
        try (var opened = model.open()) {
            boolean finds = opened.net() instanceof DetectionNet;
            if (!finds && !opened.file().architecture().perPixel()) pixels.refuse();
            var scoring = new Scoring(
                    data,
                    Optional.ofNullable(split),
                    limit == null ? OptionalInt.empty() : OptionalInt.of(limit),
                    batch,
                    views,
                    pixels.views(views == Views.MIRROR),
                    common.device(),
                    common.precision("fp32"));
            return scoring.run(opened, model.model, decoding::loader, n -> progress("eval", n, "images"));
        }
    }

    @Override
    Object json(Measured measured) {
        return measured.keys();
    }

    @Override
    String text(Measured measured) {
        return measured.toString();
    }
}
