package resnet4j.study;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import resnet4j.config.Records;
import resnet4j.files.AtomicFile;
import resnet4j.report.Block;
import resnet4j.report.Page;
import resnet4j.selfsup.LearningCurve;

/**
 * What a study found.
 *
 * @param done whether all has been run; else the same study goes on in the same folder
 * @param runs  of a study that trains
 * @param curve of {@link CurveStudy}, whose runs are those of the plain network
 */
public record StudyResult(
        String study,
        Path folder,
        boolean done,
        Optional<List<Row>> runs,
        Optional<List<Gradients>> gradients,
        Optional<LearningCurve> curve) {
    /**
     * What came of a variation.
     *
     * @param top1      on the test split, by seed
     * @param trainLoss of the last epoch, by seed
     * @param diverged  how many of its runs did
     */
    public record Row(String variation, List<Double> top1, List<Double> trainLoss, int diverged) {
        private List<String> cells() {
            return List.of(
                    variation,
                    top1.isEmpty()
                            ? "-"
                            : spread(top1.stream().map(x -> 100 * x).toList(), "%.2f"),
                    trainLoss.isEmpty() ? "-" : spread(trainLoss, "%.4f"),
                    "" + top1.size(),
                    "" + diverged);
        }

        private static String spread(List<Double> values, String format) {
            var all = values.stream().mapToDouble(x -> x).summaryStatistics();
            var text = String.format(Locale.ROOT, format, all.getAverage());
            if (values.size() == 1) return text;
            return text + String.format(Locale.ROOT, " (" + format + " to " + format + ")", all.getMin(), all.getMax());
        }
    }

    /** A network's convolutions from input to output: length of the gradient, the mean over seeds of its logarithm. */
    public record Gradients(String model, List<String> layers, List<Double> gradient, List<Double> relative) {
        private List<String> cells() {
            int n = gradient.size();
            double first = gradient.get(0), last = gradient.get(n - 1);
            return List.of(model, "" + n, scientific(first), scientific(last), scientific(first / last));
        }

        private static String scientific(double value) {
            return String.format(Locale.ROOT, "%.3g", value);
        }
    }

    /** What stands above the cells of {@link #table}; # before columns of numbers, as in {@link Block.Table}. */
    List<String> columns() {
        if (curve.isPresent())
            return List.of(
                    "labelled pictures", "#plain network, %", "#nearest neighbours, %", "#transfer: linear probe, %");
        return runs.isPresent()
                ? List.of("variation", "#test top-1, %", "#training loss", "#runs", "#diverged")
                : List.of("network", "#convolutions", "#first", "#last", "#first / last");
    }

    List<List<String>> table() {
        if (curve.isPresent()) {
            var points = curve.get().points();
            int without = points.size() - runs.orElseThrow().size(); // the plain one is not trained on the fewest
            var rows = new ArrayList<List<String>>();
            for (int i = 0; i < points.size(); i++) {
                var plain = i < without
                        ? List.<Double>of()
                        : runs.get().get(i - without).top1();
                var point = points.get(i);
                rows.add(List.of(
                        Long.toString(Math.round(point.pictures())),
                        plain.isEmpty() ? "-" : percent(plain.get(0)),
                        percent(point.knn()),
                        percent(point.linear())));
            }
            return rows;
        }
        return runs.isPresent()
                ? runs.get().stream().map(Row::cells).toList()
                : gradients.orElseThrow().stream().map(Gradients::cells).toList();
    }

    /** The table in Markdown, and what a learning curve says. */
    public String markdown() {
        var words =
                curve.map(c -> c.sentences().stream().map(line -> "\n\n" + line).collect(Collectors.joining()));
        return inMarkdown() + words.orElse("");
    }

    private String inMarkdown() {
        return Stream.of(
                        Stream.of(
                                columns().stream().map(c -> c.replace("#", "")).toList()),
                        Stream.of(columns().stream()
                                .map(c -> c.startsWith("#") ? "---:" : "---")
                                .toList()),
                        table().stream())
                .flatMap(rows -> rows)
                .map(row -> "| " + String.join(" | ", row) + " |")
                .collect(Collectors.joining("\n"));
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.2f", 100 * share);
    }

    /** Into its folder, as {@code study.md}, {@code study.json} and {@code study.html}. */
    StudyResult write(Page page) throws IOException {
        AtomicFile.write(folder.resolve("study.md"), markdown() + "\n");
        AtomicFile.write(folder.resolve("study.json"), Records.write(this) + "\n");
        page.write(folder.resolve("study.html"));
        return this;
    }
}
