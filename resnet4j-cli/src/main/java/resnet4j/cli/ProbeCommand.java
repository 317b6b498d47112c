package resnet4j.cli;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import resnet4j.data.DataSource;
import resnet4j.data.Skipped;
import resnet4j.report.Words;
import resnet4j.selfsup.Probing;
import resnet4j.train.Features;
import resnet4j.train.Machine;

/** {@code probe}: what a network's features are worth on pictures with classes, without training the network. */
@CommandLine.Command(
        name = "probe",
        description = "Measure a network's features on labelled pictures: neighbours, linear probe, retrieval.",
        footer = {"", "Example:", "  ./resnet4j probe runs/quickstart-1 --data shapes:400"})
final class ProbeCommand extends Command<ProbeCommand.Result> {
    private static final double HELD = 0.2;

    @Mixin
    private ModelArgument model;

    @Option(names = "--data", required = true, paramLabel = "KIND:PATH", description = "Pictures with their classes.")
    private String data;

    @Option(names = "--limit", paramLabel = "N", description = "Use only so many pictures of each split.")
    private Integer limit;

    /** @param split the pictures asked; see {@link Probing} for the numbers */
    record Result(
            String model,
            String data,
            String split,
            int labelled,
            int asked,
            double knn,
            Map<String, Double> linear,
            double recall,
            double verification,
            double spread,
            double rank,
            List<String> notes,
            List<Skipped> skipped) {}

    @Override
    Result run() throws Exception {
        if (limit != null) Bounds.atLeast("--limit", 2, limit);
        var all = DataSource.parse(data);
        if (all.train().classes().size() < 2)
            throw new IllegalArgumentException("--data: expected pictures of two or more classes, got " + data
                    + " with one; a probe tells classes apart");
        long seed = common.seed().orElse(0);
        var some = limit == null ? all : all.limit(limit);
        var source = some.test().isPresent() ? some : some.withValidation(HELD, seed);
        var asked = source.split(source.measured());
        var machine = new Machine(common.device(), 1);
        try (var opened = model.open().classifier();
                var progress = progress("probe", source.train().size() + asked.size(), "images")) {
            machine.place(opened.net());
            var preprocess = opened.file().preprocess();
            var labelled = Features.pooled(opened.net(), source.train(), preprocess, machine, progress::add);
            var others = Features.pooled(opened.net(), asked, preprocess, machine, progress::add);
            var found = Probing.of(labelled, others, seed);
            return new Result(
                    model.model,
                    data,
                    source.measured(),
                    labelled.labels().length,
                    others.labels().length,
                    found.knn(),
                    found.linear(),
                    found.recall(),
                    found.verification(),
                    found.representation().spread(),
                    found.representation().rank(),
                    found.representation().notes(),
                    others.skipped());
        }
    }

    @Override
    String text(Result r) {
        var linear = r.linear.entrySet().stream()
                .map(e -> String.format(Locale.ROOT, "%.2f %% with %s of the labels", 100 * e.getValue(), e.getKey()))
                .collect(Collectors.joining(", "));
        return String.format(
                Locale.ROOT,
                "%s on %s, %s of %s by %s:%n  nearest neighbours  %.2f %%%n  linear probe       "
                        + " %s%n  recall at 1         %.2f %%, of the pictures asked among themselves%n  verification     "
                        + "   area %.4f under the ROC curve of pairs%n  spread %.3f, rank %.1f%s",
                r.model,
                r.data,
                Words.count(r.asked, "picture"),
                r.split,
                Words.count(r.labelled, "labelled one"),
                100 * r.knn,
                linear,
                100 * r.recall,
                r.verification,
                r.spread,
                r.rank,
                r.notes.stream()
                        .map(note -> System.lineSeparator() + "Note: " + note + ".")
                        .collect(Collectors.joining()));
    }
}
