package resnet4j.cli;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import resnet4j.measure.Report;
import resnet4j.measure.Reported;

/** {@code report}: a page about a network. */
@CommandLine.Command(
        name = "report",
        description = "Write a page about a network: how good, where it fails, how sure, what it costs, where from.",
        footer = {"", "Example:", "  ./resnet4j report runs/quickstart-1 --out report.html"})
final class ReportCommand extends Command<Reported> {
    @Mixin
    private ModelArgument model;

    @Option(
            names = "--data",
            paramLabel = "KIND:PATH",
            description = "Pictures to measure it on (default: those that it was trained with).")
    private String data;

    @Option(
            names = "--split",
            paramLabel = "train|val|test",
            description = "Which part (default: test, else val, else train).")
    private String split;

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "The page: one HTML file.")
    private Path out;

    @Option(names = "--limit", paramLabel = "N", description = "Use only so many pictures of each part.")
    private Integer limit;

    @Option(names = "--batch", paramLabel = "N", description = "Pictures at a time (default: 64).")
    private int batch = 64;

    @Option(
            names = "--examples",
            paramLabel = "N",
            description = "How many mistakes to show, and of what it was least sure of (default: 12).")
    private int examples = 12;

    @Option(
            names = "--quick",
            description = "Do not look at all pictures for what is alike, is there twice or has a wrong label.")
    private boolean quick;

    @Mixin
    private Decoding decoding;

    @Override
    Reported run() throws Exception {
        decoding.check(batch);
        if (limit != null) Bounds.atLeast("--limit", 1, limit);
        Bounds.atLeast("--examples", 0, examples);
        var report = new Report(
                model.model,
                Report.of(model.model).run(),
                Optional.ofNullable(data),
                Optional.ofNullable(split),
                limit == null ? OptionalInt.empty() : OptionalInt.of(limit),
                batch,
                examples,
                !quick,
                2,
                common.device(),
                common.precision("fp32"));
        return report.write(out, model::open, decoding::loader, this::progress);
    }

    @Override
    Object json(Reported reported) {
        return reported.keys();
    }

    @Override
    String text(Reported reported) {
        return reported.toString();
    }
}
