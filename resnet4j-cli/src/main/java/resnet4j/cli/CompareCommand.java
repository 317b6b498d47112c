package resnet4j.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import resnet4j.measure.Bench;
import resnet4j.measure.Compared;
import resnet4j.measure.Comparison;
import resnet4j.measure.Comparison.Entrant;
import resnet4j.weights.Catalogue;

/** {@code compare}: accuracy, speed and memory of several networks, measured alike. */
@CommandLine.Command(
        name = "compare",
        description = {
            "Compare networks on this machine: accuracy, speed, memory, size.",
            "Every measurement is a process of its own ('bench', 'eval'), and the networks take turns, so that none has"
                    + " the quiet hour. Figures are medians over the rounds, with the least and the most."
        },
        footer = {"", "Example:", "  ./resnet4j compare resnet20 resnet56 --max-batch 16"})
final class CompareCommand extends Command<Compared> {
    @Parameters(
            arity = "1..*",
            paramLabel = "MODEL[=WEIGHTS]",
            description = "A saved model, a run folder, or a name, with a weight file or an id if it is not to be the"
                    + " newest in --weights-dir.")
    private List<String> models;

    @Option(names = "--data", paramLabel = "KIND:PATH", description = "Pictures to measure how right they are on.")
    private String data;

    @Option(names = "--weights-dir", paramLabel = "DIR", description = "Weight files, under the names they came with.")
    private Path weightsDir;

    @Option(names = "--limit", paramLabel = "N", description = "Use only so many pictures.")
    private Integer limit;

    @Option(names = "--rounds", paramLabel = "N", description = "How often each is measured (default: 3).")
    private int rounds = 3;

    @Option(names = "--seconds", paramLabel = "S", description = "Length of a measurement (default: 5).")
    private double seconds = 5;

    @Option(names = "--max-batch", paramLabel = "N", description = "Batches tried: 1, 2, 4... up to it (default: 32).")
    private int maxBatch = 32;

    @Option(names = "--out", paramLabel = "FILE", description = "Write an HTML page with plots here too.")
    private Path out;

    @Override
    Compared run() throws Exception {
        Bounds.atLeast("--rounds", 1, rounds);
        Bounds.batch("--max-batch", maxBatch);
        if (limit != null) Bounds.atLeast("--limit", 1, limit);
        var entrants = new ArrayList<Entrant>();
        for (var model : models) entrants.add(entrant(model));
        long seed = common.seed().orElse(0);
        var bench = new Bench(common.device(), common.precision("fp32"), 1, Optional.empty(), seconds, seed);
        var comparison = new Comparison(
                entrants, Optional.ofNullable(data), Optional.ofNullable(limit), rounds, maxBatch, bench);
        try (var progress = progress("compare", comparison.processes(), "processes")) {
            var compared = comparison.run(progress);
            if (out != null) compared.writePage(out);
            return compared;
        }
    }

    private Entrant entrant(String given) throws IOException {
        int equals = given.indexOf('=');
        if (equals < 0)
            return weightsDir == null ? new Entrant(given, Optional.empty()) : Entrant.newestIn(weightsDir, given);
        var weights = given.substring(equals + 1);
        try (var download = download(weights)) {
            return new Entrant(given.substring(0, equals), Optional.of(Catalogue.file(weights, weightsDir, download)));
        }
    }

    @Override
    String text(Compared compared) {
        var table = new Table(compared.columns().toArray(String[]::new));
        for (var row : compared.table()) table.row(row.toArray());
        return table + System.lineSeparator() + compared.circumstances();
    }
}
