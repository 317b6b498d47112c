package resnet4j.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import resnet4j.graph.Costs;
import resnet4j.graph.Plan;
import resnet4j.graph.Tracer;
import resnet4j.nn.Layer;
import resnet4j.report.Words;
import resnet4j.tensor.Precision;

/** {@code summary}: what a network is made of. */
@CommandLine.Command(
        name = "summary",
        description = "Show a network's layers, shapes, parameters and multiply-adds.",
        footer = {"", "Example:", "  ./resnet4j summary resnet50 --depth 3"})
final class SummaryCommand extends Command<SummaryCommand.Result> {
    @Mixin
    private ModelArgument model;

    @Option(names = "--size", paramLabel = "PIXELS", description = "Side of the input (default: the network's).")
    private Integer size;

    @Option(names = "--depth", paramLabel = "N", description = "How deep in the tree the lines go (default: 2).")
    private int depth = 2;

    @Option(
            names = "--plan",
            description = "Also show the fused plan in --precision: what each operation runs on, oneDNN or libtorch.")
    private boolean planned;

    /** @param plan where it was asked for */
    record Result(
            String model,
            List<Integer> input,
            long parameters,
            long macs,
            List<Costs.Row> layers,
            Optional<PlanResult> plan) {}

    /** @param text what people read */
    record PlanResult(Precision precision, List<Plan.Call> calls, String text) {}

    @Override
    Result run() throws Exception {
        if (size != null) Bounds.pixels("--size", size);
        try (var opened = model.evenRandom()) {
            var preprocess = opened.file().preprocess();
            int height = size == null ? Tracer.side(preprocess.cropHeight()) : size;
            int width = size == null ? Tracer.side(preprocess.cropWidth()) : size;
            var costs = Costs.of(Tracer.trace(opened.net(), 1, 3, height, width));
            return new Result(
                    model.model,
                    List.of(1, 3, height, width),
                    opened.net().parameterCount(),
                    costs.macs(),
                    costs.modules(depth),
                    planned ? Optional.of(plan(opened.net(), height, width)) : Optional.empty());
        }
    }

    private PlanResult plan(Layer net, int height, int width) {
        try (var plan = Plan.compile(net, common.precision("fp32"), 1, 3, height, width)) {
            return new PlanResult(plan.precision(), plan.calls(), plan.describe());
        }
    }

    private static String grouped(long n) {
        return String.format(Locale.ROOT, "%,d", n);
    }

    @Override
    String text(Result r) {
        var lines = new ArrayList<String>();
        var table = new Table("layer", "output", "parameters", "multiply-adds");
        for (var row : r.layers) table.row(row.path(), row.shape(), grouped(row.parameters()), grouped(row.macs()));
        table.row(Words.shown(r.model) + " in all", "input " + r.input, grouped(r.parameters), grouped(r.macs));
        lines.add(table.toString());
        r.plan.ifPresent(plan -> lines.addAll(plan.text.lines().toList()));
        return String.join(System.lineSeparator(), lines);
    }
}
