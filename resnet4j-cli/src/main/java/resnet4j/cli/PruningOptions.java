package resnet4j.cli;

import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;
import resnet4j.compress.Budget;
import resnet4j.compress.Importance;
import resnet4j.compress.Pruning;
import resnet4j.tensor.Precision;

/** Which channels are cut, and how many. */
final class PruningOptions {
    @ArgGroup(multiplicity = "1")
    private Least budget;

    /** What the network may cost. */
    private static final class Least {
        @Option(names = "--macs", paramLabel = "SHARE", description = "Of its multiply-adds, so many are left.")
        private Double macs;

        @Option(names = "--parameters", paramLabel = "SHARE", description = "Of its parameters, so many are left.")
        private Double parameters;

        @Option(names = "--millis", paramLabel = "SHARE", description = "Of its time, measured here, so much is left.")
        private Double millis;
    }

    @Option(
            names = "--importance",
            paramLabel = "l1|scale|taylor|random",
            description = "What a channel matters by (default: taylor with --data, else l1).")
    private Importance importance;

    @Option(names = "--per-layer", description = "Cut the same share of every layer, not the least of all layers.")
    private boolean perLayer;

    @Option(names = "--least", paramLabel = "SHARE", description = "What each layer keeps (default: 0.1).")
    private double least = 0.1;

    @Option(names = "--multiple", paramLabel = "N", description = "Layers keep a multiple of N channels (default: 1).")
    private int multiple = 1;

    @Option(names = "--time-batch", paramLabel = "N", description = "Pictures that are timed together (default: 1).")
    private int batch = 1;

    Pruning read(CommonOptions common, boolean withPictures) {
        var by = importance != null ? importance : withPictures ? Importance.TAYLOR : Importance.L1;
        return new Pruning(
                by, perLayer, budget(common), least, multiple, common.seed().orElse(0));
    }

    private Budget budget(CommonOptions common) {
        var precision = Precision.parse(common.precision() == null ? "fp32" : common.precision());
        if (budget.macs != null) return new Budget(Budget.Cost.MACS, budget.macs, batch, precision);
        return budget.parameters != null
                ? new Budget(Budget.Cost.PARAMETERS, budget.parameters, batch, precision)
                : new Budget(Budget.Cost.MILLIS, budget.millis, batch, precision);
    }
}
