package resnet4j.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import resnet4j.data.DataSource;
import resnet4j.data.Dataset;
import resnet4j.data.Label;
import resnet4j.explain.Explainer;
import resnet4j.explain.Look;
import resnet4j.explain.Maximisation;
import resnet4j.explain.Plane;
import resnet4j.explain.Similarity;
import resnet4j.model.ModelFile;

/** {@code inside}: what a network has learnt, as a picture. */
@CommandLine.Command(
        name = "inside",
        description = "Show what a network has learnt: its first filters, a layer's maps of a picture, pictures that"
                + " channels or classes like most, how alike layers are, pictures on a plane.",
        footer = {"", "Example:", "  ./resnet4j inside runs/quickstart-1 filters --out filters.png"})
final class InsideCommand extends Command<Look.Looked> {
    @Mixin
    private ModelArgument model;

    /** The ways of looking. */
    enum What {
        FILTERS,
        MAPS,
        LIKES,
        SIMILARITY,
        PLANE
    }

    @Parameters(index = "1", paramLabel = "filters|maps|likes|similarity|plane", description = "What to look at.")
    private What what;

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "PNG; of plane, SVG or CSV.")
    private Path out;

    @Option(names = "--picture", paramLabel = "FILE", description = "For maps.")
    private Path picture;

    @Option(names = "--layer", split = ",", paramLabel = "PATH", description = "For maps, likes and similarity.")
    private List<String> layers = List.of();

    @Option(names = "--channels", split = ",", paramLabel = "N", description = "For likes (default: the first 16).")
    private List<Integer> channels = List.of();

    @Option(names = "--data", paramLabel = "KIND:PATH", description = "For similarity and plane: its test pictures.")
    private String data;

    @Option(names = "--limit", paramLabel = "N", description = "So many pictures (default: ${DEFAULT-VALUE}).")
    private int limit = 256;

    @Option(names = "--other", paramLabel = "MODEL", description = "For similarity: a second network's file.")
    private Path other;

    @Override
    Look.Looked run() throws Exception {
        common.onCpuInFp32("inside");
        var layer = layers.stream().findFirst();
        try (var opened = model.open().wholePictures();
                var second = other == null ? null : ModelFile.open(other)) {
            Look look =
                    switch (what) {
                        case FILTERS -> new Look.Filters(out);
                        case MAPS -> new Look.Maps(needed("--picture", picture), layer, out);
                        case LIKES ->
                            new Maximisation(layer, channels, 200, common.seed().orElse(0), out);
                        case SIMILARITY ->
                            new Similarity(
                                    pictures(),
                                    layers,
                                    Optional.ofNullable(second).map(Explainer::new),
                                    out);
                        case PLANE -> new Plane(pictures(), 1, out);
                    };
            return look.at(new Explainer(opened), model.model, this::progress);
        }
    }

    private Dataset<Label> pictures() throws Exception {
        Bounds.atLeast("--limit", 3, limit);
        var source = DataSource.parse(needed("--data", data));
        return source.split(source.measured()).limit(limit);
    }

    private <T> T needed(String option, T given) {
        if (given == null)
            throw new IllegalArgumentException(
                    option + ": expected one for " + what.toString().toLowerCase(Locale.ROOT));
        return given;
    }

    @Override
    String text(Look.Looked looked) {
        return looked.toString();
    }
}
