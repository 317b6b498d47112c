package resnet4j.cli;

import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import resnet4j.measure.Decided;
import resnet4j.measure.Deciding;

/** {@code decide}: from which probability on to say a class, and what that is worth. */
@CommandLine.Command(
        name = "decide",
        description =
                "Choose from which probability on to say a class, on the validation pictures; measure what that is"
                        + " worth on the test pictures, in all and in each group.",
        footer = {"", "Example:", "  ./resnet4j decide MODEL --data npz:DIR/breastmnist.npz --sensitivity 0.9"})
final class DecideCommand extends Command<Decided> {
    @Mixin
    private ModelArgument model;

    @Option(names = "--data", required = true, paramLabel = "KIND:PATH", description = "Pictures with their classes.")
    private String data;

    @Option(names = "--positive", paramLabel = "NAME", description = "The class (default: the last of two).")
    private String positive;

    @Option(
            names = "--sensitivity",
            paramLabel = "SHARE",
            description = "The share of its pictures to find (default: most sensitivity and specificity together).")
    private Double sensitivity;

    @Option(names = "--out", paramLabel = "FILE", description = "A page with the decision curve.")
    private Path out;

    @Override
    Decided run() throws Exception {
        try (var opened = model.open()) {
            var deciding = new Deciding(
                    data,
                    Optional.ofNullable(positive),
                    Optional.ofNullable(sensitivity),
                    common.device(),
                    common.precision("fp32"));
            var decided = deciding.run(opened, model.model, n -> progress("decide", n, "images"));
            if (out != null) decided.write(out);
            return decided;
        }
    }

    @Override
    String text(Decided decided) {
        return decided.toString();
    }
}
