package resnet4j.cli;

import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import resnet4j.data.DataSource;
import resnet4j.selfsup.Probed;
import resnet4j.train.Machine;

/** {@code probe}: what a network's features are worth on pictures with classes, without training the network. */
@CommandLine.Command(
        name = "probe",
        description = "Measure a network's features on labelled pictures: neighbours, linear probe, retrieval.",
        footer = {"", "Example:", "  ./resnet4j probe runs/quickstart-1 --data shapes:400"})
final class ProbeCommand extends Command<Probed> {
    @Mixin
    private ModelArgument model;

    @Option(names = "--data", required = true, paramLabel = "KIND:PATH", description = "Pictures with their classes.")
    private String data;

    @Option(names = "--limit", paramLabel = "N", description = "Use only so many pictures of each split.")
    private Integer limit;

    @Option(names = "--curve", description = "Say how much more labels would help, and of which class.")
    private boolean curve;

    @Override
    Probed run() throws Exception {
        if (limit != null) Bounds.atLeast("--limit", 2, limit);
        var all = DataSource.parse(data);
        if (all.train().classes().size() < 2)
            throw new IllegalArgumentException("--data: expected pictures of two or more classes, got " + data
                    + " with one; a probe tells classes apart");
        long seed = common.seed().orElse(0);
        var source = Probed.split(limit == null ? all : all.limit(limit), seed);
        int pictures = source.train().size() + source.split(source.measured()).size();
        try (var opened = model.open().wholePictures();
                var progress = progress("probe", pictures, "images")) {
            var machine = new Machine(common.device(), 1);
            return Probed.of(opened, model.model, source, data, machine, seed, curve, progress::add);
        }
    }

    @Override
    String text(Probed probed) {
        return probed.toString();
    }
}
