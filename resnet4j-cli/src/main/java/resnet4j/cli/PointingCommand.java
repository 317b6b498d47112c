package resnet4j.cli;

import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import resnet4j.data.DataSource;
import resnet4j.explain.Explanation;
import resnet4j.explain.Pointing;
import resnet4j.image.LabelMap;

/** {@code pointing}: how well the methods of {@code explain} find what is known to be there. */
@CommandLine.Command(
        name = "pointing",
        description =
                "Measure how well maps of 'explain' find what a network names, where the truth is known: how often"
                        + " the peak lies on it (the pointing game), and how much of the heat.",
        footer = {"", "Example:", "  ./resnet4j pointing runs/quickstart-1 --data shapes:100 --limit 20"})
final class PointingCommand extends Command<Pointing> {
    @Mixin
    private ModelArgument model;

    @Option(
            names = "--data",
            required = true,
            paramLabel = "KIND:PATH",
            description =
                    "Pictures with the class of each pixel: shapes:N, masks:DIR. The test pictures, if there are.")
    private String data;

    @Option(names = "--limit", paramLabel = "N", description = "Use only so many of them.")
    private Integer limit;

    @Option(
            names = "--method",
            split = ",",
            paramLabel = "NAME",
            description = "Methods of 'explain', or all (default: gradcam).")
    private List<String> methods = List.of("gradcam");

    @Option(names = "--layer", paramLabel = "PATH", description = "For class activation maps, as of 'explain'.")
    private String layer;

    @Option(names = "--check", description = "Also the means of what 'explain --check' says of each map.")
    private boolean check;

    @Override
    Pointing run() throws Exception {
        common.onCpuInFp32("pointing");
        if (limit != null) Bounds.atLeast("--limit", 1, limit);
        var source = DataSource.parse(data, LabelMap.class);
        var all = source.split(source.measured());
        var pictures = limit == null ? all : all.limit(limit);
        var names = Explanation.methods(methods);
        try (var opened = model.open().classifier()) {
            var at = Optional.ofNullable(layer);
            return Pointing.of(opened, model.model, data, pictures, names, at, check, this::progress);
        }
    }

    @Override
    String text(Pointing pointing) {
        return pointing.toString();
    }
}
