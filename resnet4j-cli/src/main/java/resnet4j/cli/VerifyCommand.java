package resnet4j.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import resnet4j.detect.TrainingStep;
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
    /** The environment variable with the folder of goldens. */
    private static final String GOLDENS = "RESNET4J_GOLDENS", SHARED = "RESNET4J_SHARED", COCO = "coco:";

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

    @Option(
            names = "--losses",
            description =
                    "Take one step of training of the detector MODEL from random weights, and print its losses and"
                            + " the norms of all gradients, by torchvision's names; needs --data.")
    private boolean losses;

    @Option(
            names = "--data",
            paramLabel = "coco:PATH",
            description = "COCO's annotations, or their folder; for --losses.")
    private String data;

    @Option(names = "--images", paramLabel = "ID,...", split = ",", description = "Its pictures (default: all).")
    private List<Long> images = List.of();

    @Option(names = "--min-size", paramLabel = "N", description = "Shorter side after resizing (default: 800).")
    private int minSize = 800;

    @Option(names = "--max-size", paramLabel = "N", description = "Longer side at most (default: 1333).")
    private int maxSize = 1333;

    @Option(names = "--step-seed", paramLabel = "N", description = "Seed of what the step draws (default: --seed).")
    private Long stepSeed;

    @Override
    Record run() throws Exception {
        if (losses) return step();
        var drawn = new Drawn(common.seed().orElse(0), Optional.ofNullable(classes), input());
        if (expect != null) {
            if (model == null) throw new IllegalArgumentException("MODEL: --expect is for one network; name it");
            var only = drawn.golden(model, expect).run(common.device());
            return new Verified(List.of(only), only.pass());
        }
        var all = goldens(drawn);
        var chosen = model == null ? all : all.only(model);
        try (var progress = progress("verify", chosen.cases().size(), "cases")) {
            return chosen.run(common.device(), progress);
        }
    }

    private TrainingStep.Result step() throws IOException {
        if (model == null)
            throw new IllegalArgumentException(
                    "MODEL: --losses is for one detector; name it, such as " + TrainingStep.NAMES.get(0));
        if (data == null || !data.startsWith(COCO))
            throw new IllegalArgumentException("--data: expected coco:PATH with --losses, got " + data);
        long seed = common.seed().orElse(0);
        var step = new TrainingStep(
                model, classes == null ? 91 : classes, minSize, maxSize, seed, stepSeed == null ? seed : stepSeed);
        return step.on(Path.of(data.substring(COCO.length())), images);
    }

    private Verification goldens(Drawn drawn) throws IOException {
        var folder = goldens;
        for (var variable : List.of(GOLDENS, SHARED))
            if (folder == null && System.getenv(variable) != null) folder = Path.of(System.getenv(variable));
        if (folder == null) {
            var beside = Path.of(System.getProperty("resnet4j.home", ""))
                    .resolve("../shared/data")
                    .normalize();
            if (Files.isDirectory(beside)) return Verification.in(beside, drawn);
            return Verification.builtIn("no folder " + beside + "; give one with --goldens or " + GOLDENS);
        }
        if (Files.isDirectory(folder.resolve("data"))) folder = folder.resolve("data");
        if (!Files.isDirectory(folder))
            throw new IllegalArgumentException(
                    "--goldens: expected a folder with golden cases, " + folder + " is none");
        return Verification.in(folder, drawn);
    }

    private Optional<List<Long>> input() {
        if (input == null) return Optional.empty();
        if (!input.matches("\\d{1,4}(x\\d{1,4}){3}"))
            throw new IllegalArgumentException("--input: expected a shape such as 1x3x224x224, got " + input);
        return Optional.of(Arrays.stream(input.split("x")).map(Long::valueOf).toList());
    }

    @Override
    String text(Record answer) {
        return answer instanceof Verified found ? text(found) : text((TrainingStep.Result) answer);
    }

    private static String text(TrainingStep.Result step) {
        var table = new Table("", "");
        step.losses().forEach((name, loss) -> table.row(name, String.format(Locale.ROOT, "%.6f", loss)));
        var text = new StringBuilder(table.toString());
        for (var skipped : step.skipped()) text.append("\nskipped: ").append(skipped);
        return text + "\n" + step.gradientNorms().size() + " norms of gradients: see --json";
    }

    private static String text(Verified found) {
        var table = new Table("case", "max abs", "max rel", "", "");
        int passed = 0, skipped = 0;
        for (var c : found.cases()) {
            var outcome = c.skipped() != null ? "skipped" : c.pass() ? "pass" : "FAIL";
            var note = c.skipped() != null ? c.skipped() : c.note();
            table.row(c.name(), number(c.maxAbs()), number(c.maxRel()), outcome, note == null ? "" : note);
            if (c.skipped() != null) skipped++;
            else if (c.pass()) passed++;
        }
        int failed = found.cases().size() - passed - skipped;
        return table
                + System.lineSeparator()
                + String.format(Locale.ROOT, "%d passed, %d failed, %d skipped", passed, failed, skipped);
    }

    private static String number(Double value) {
        return value == null ? "" : value == 0 ? "0" : String.format(Locale.ROOT, "%.2e", value);
    }

    @Override
    int exitCode(Record answer) {
        return answer instanceof Verified found && !found.pass() ? FAILED : DONE;
    }
}
