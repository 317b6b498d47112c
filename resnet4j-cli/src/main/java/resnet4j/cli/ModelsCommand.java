package resnet4j.cli;

import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import resnet4j.graph.ModelSize;
import resnet4j.model.Models;
import resnet4j.weights.Catalogue;

/** {@code models}: the registry, with the weights that are published for each network. */
@CommandLine.Command(
        name = "models",
        description = "List the networks and the weights published for them.",
        footer = {"", "Example:", "  ./resnet4j models --family resnext"})
final class ModelsCommand extends Command<ModelsCommand.Listing> {
    @Option(names = "--family", paramLabel = "NAME", description = "Only networks of this family, such as resnext.")
    private String family;

    record Listing(List<Model> models) {}

    /**
     * @param parameters trained numbers that prediction uses, with the paper's number of classes: auxiliary
     *                   classifiers, which only training uses, are left out
     * @param macs       multiply-adds for one image of the size it was designed for
     * @param paper      an arXiv address
     */
    record Model(
            String name,
            String family,
            String input,
            long parameters,
            long macs,
            String paper,
            List<Weights> weights) {}

    /** @param top1 published accuracy in [0,1] on ImageNet's validation set, of the one guess; top5 of five */
    record Weights(String id, Optional<Double> top1, Optional<Double> top5, URI url) {}

    @Override
    Listing run() {
        var families =
                Models.all().stream().map(Models.Entry::family).distinct().toList();
        if (family != null && !families.contains(family))
            throw new IllegalArgumentException(
                    "--family: expected one of " + String.join(", ", families) + ", got '" + family + "'");
        return new Listing(Models.all().stream()
                .filter(entry -> family == null || family.equals(entry.family()))
                .map(ModelsCommand::model)
                .toList());
    }

    private static Model model(Models.Entry entry) {
        var size = ModelSize.of(entry);
        return new Model(
                entry.name(),
                entry.family(),
                "3x" + entry.inputSize() + "x" + entry.inputSize(),
                size.parameters(),
                size.macs(),
                entry.paper(),
                Catalogue.of(entry.name()).stream().map(ModelsCommand::weights).toList());
    }

    private static Weights weights(Catalogue.Entry entry) {
        return new Weights(
                entry.id(),
                Optional.ofNullable(entry.metrics().get("top1")),
                Optional.ofNullable(entry.metrics().get("top5")),
                entry.url());
    }

    @Override
    String text(Listing listing) {
        var table = new Table("name", "input", "parameters", "MACs", "paper", "weights (top-1)");
        for (Model model : listing.models)
            table.row(
                    model.name,
                    model.input,
                    String.format(Locale.ROOT, "%.2fM", model.parameters / 1e6),
                    String.format(Locale.ROOT, "%,dM", Math.round(model.macs / 1e6)),
                    model.paper,
                    model.weights.stream()
                            .map(w -> w.id
                                    + w.top1.map(top1 -> String.format(Locale.ROOT, " (%.1f%%)", 100 * top1))
                                            .orElse(""))
                            .collect(Collectors.joining(", ")));
        return table.toString();
    }
}
