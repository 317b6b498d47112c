package resnet4j.cli;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import resnet4j.verify.Drawn;
import resnet4j.verify.Verification;
import resnet4j.verify.Verification.Verified;

/** {@code verify}: does this installation compute what PyTorch computes? */
@CommandLine.Command(
        name = "verify",
        description = {
            "Check that this installation computes what PyTorch, torchvision and Pillow compute.",
            "Runs every golden case that it finds: torchvision's expected outputs, published weights on real pictures,"
                    + " Pillow's resized photographs; and the fused plan beside the network that it was made from."
        },
        footer = {"", "Example:", "  ./resnet4j verify plan"})
final class VerifyCommand extends Command<Record> {
    @Parameters(
            arity = "0..1",
            paramLabel = "MODEL",
            description = "Only the cases with this word in their name, such as resnet18, cifar10, preprocess or plan.")
    private String model;

    @Option(
            names = "--expect",
            paramLabel = "FILE",
            description = "One case: MODEL's expected output, a file of torch.save. The network is drawn from the seed"
                    + " and runs on random numbers from the same stream.")
    private Path expect;

    @Option(
            names = "--goldens",
            paramLabel = "DIR",
            description = "Folder of the golden cases, or the one above its folder data (default: $RESNET4J_GOLDENS,"
                    + " $RESNET4J_SHARED, or shared/data beside the repository).")
    private Path goldens;

    @Option(
            names = "--classes",
            paramLabel = "N",
            description =
                    "Classes of a network from the seed (default: 50, for segmentation 10, as in torchvision's tests;"
                            + " with --losses 91, of which 0 is background).")
    private Integer classes;

    @Option(names = "--input", paramLabel = "NxCxHxW", description = "Shape of its input (default: the network's).")
    private String input;

    @Mixin
    private StepArgument step;

    @Override
    Record run() throws Exception {
        long seed = common.seed().orElse(0);
        if (step.asked()) return step.take(model, Optional.ofNullable(classes), seed);
        var drawn = new Drawn(seed, Optional.ofNullable(classes), input());
        if (expect != null) {
            if (model == null) throw new IllegalArgumentException("MODEL: --expect is for one network; name it");
            var only = drawn.golden(model, expect).run(common.device());
            return new Verified(List.of(only), only.pass());
        }
        var home = Path.of(System.getProperty("resnet4j.home", ""));
        var all = Verification.found(Optional.ofNullable(goldens), home, drawn);
        var chosen = model == null ? all : all.only(model);
        try (var progress = progress("verify", chosen.cases().size(), "cases")) {
            return chosen.run(common.device(), progress);
        }
    }

    private Optional<List<Long>> input() {
        if (input == null) return Optional.empty();
        if (!input.matches("\\d{1,4}(x\\d{1,4}){3}"))
            throw new IllegalArgumentException("--input: expected a shape such as 1x3x224x224, got " + input);
        return Optional.of(Arrays.stream(input.split("x")).map(Long::valueOf).toList());
    }

    @Override
    String text(Record answer) {
        if (!(answer instanceof Verified found)) return answer.toString();
        var table = new Table("case", "max abs", "max rel", "", "");
        for (var row : found.table()) table.row(row.toArray());
        return table + System.lineSeparator() + found + System.lineSeparator() + found.proof();
    }

    @Override
    int exitCode(Record answer) {
        return answer instanceof Verified found && !found.pass() ? FAILED : DONE;
    }
}
