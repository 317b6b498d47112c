package resnet4j.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import resnet4j.Sentences;
import resnet4j.config.Nearest;
import resnet4j.detect.TrainingStep;
import resnet4j.model.Models;
import resnet4j.segment.SegmentationConfig;

/** {@code verify}: does this installation compute what PyTorch computes? */
@CommandLine.Command(
        name = "verify",
        description = {
            "Check that this installation computes what PyTorch, torchvision and Pillow compute.",
            "Runs every golden case that it finds: torchvision's expected outputs, published weights on real pictures,"
                    + " Pillow's resized photographs; and the fused plan beside the network that it was made from."
        })
final class VerifyCommand extends Command<Record> {
    /** The environment variable with the folder of goldens. */
    private static final String GOLDENS = "RESNET4J_GOLDENS", SHARED = "RESNET4J_SHARED", COCO = "coco:";

    private static final int CLASSES = 50;

    /** Of torchvision's own test of segmentation networks. */
    private static final int SEGMENTATION_SIZE = 32, SEGMENTATION_CLASSES = 10;

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

    record Result(List<Golden.Case> cases, boolean pass) {}

    @Override
    Record run() throws Exception {
        if (losses) return step();
        var cases = new ArrayList<Golden.Case>();
        if (expect != null) {
            if (model == null) throw new IllegalArgumentException("MODEL: --expect is for one network; name it");
            cases.add(seeded(model, expect).run(common.device()));
        } else {
            var chosen = chosen();
            try (var progress = progress("verify", chosen.size(), "cases")) {
                for (var golden : chosen) {
                    progress.at(cases.size(), golden.name());
                    cases.add(run(golden));
                }
                progress.at(cases.size(), "");
            }
        }
        return new Result(cases, cases.stream().allMatch(Golden.Case::pass));
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

    /** What cannot be read fails its own case, not the others. */
    private Golden.Case run(Golden golden) {
        try {
            return golden.run(common.device());
        } catch (IOException | RuntimeException e) {
            return Golden.Case.failed(golden.name(), Sentences.of(e));
        }
    }

    private List<Golden> chosen() throws IOException {
        var all = new ArrayList<>(published());
        all.addAll(Goldens.builtIn());
        if (model == null) return all;
        var chosen =
                all.stream().filter(golden -> words(golden).contains(model)).toList();
        if (chosen.isEmpty()) {
            var words = new TreeSet<String>();
            for (var golden : all) words.addAll(words(golden));
            throw new IllegalArgumentException(
                    "MODEL: no golden case has '" + model + "' in its name." + Nearest.hint(model, words));
        }
        return chosen;
    }

    private static List<String> words(Golden golden) {
        return List.of(golden.name().split(" "));
    }

    private List<Golden> published() throws IOException {
        var folder = goldens;
        for (var variable : List.of(GOLDENS, SHARED))
            if (folder == null && System.getenv(variable) != null) folder = Path.of(System.getenv(variable));
        if (folder != null) {
            if (Files.isDirectory(folder.resolve("data"))) folder = folder.resolve("data");
            if (!Files.isDirectory(folder))
                throw new IllegalArgumentException(
                        "--goldens: expected a folder with golden cases, " + folder + " is none");
            return Goldens.in(folder, this::seeded);
        }
        var beside = Path.of(System.getProperty("resnet4j.home", ""))
                .resolve("../shared/data")
                .normalize();
        return Files.isDirectory(beside)
                ? Goldens.in(beside, this::seeded)
                : List.of(new Golden.Absent(
                        "goldens", "no folder " + beside + "; give one with --goldens or " + GOLDENS));
    }

    private Golden seeded(String name, Path file) {
        long seed = common.seed().orElse(0);
        if (SegmentationConfig.names().contains(name)) {
            var network = SegmentationConfig.named(name).withClasses(classes == null ? SEGMENTATION_CLASSES : classes);
            return new Golden.Seeded(name, seed, network::build, shape(SEGMENTATION_SIZE), file);
        }
        return new Golden.Seeded(
                name,
                seed,
                () -> Models.create(name, classes == null ? CLASSES : classes),
                shape(Models.get(name).inputSize()),
                file);
    }

    private List<Long> shape(long size) {
        if (input == null) return List.of(1L, 3L, size, size);
        if (!input.matches("\\d{1,4}(x\\d{1,4}){3}"))
            throw new IllegalArgumentException("--input: expected a shape such as 1x3x224x224, got " + input);
        return Arrays.stream(input.split("x")).map(Long::valueOf).toList();
    }

    @Override
    String text(Record answer) {
        return answer instanceof Result result ? text(result) : text((TrainingStep.Result) answer);
    }

    private static String text(TrainingStep.Result step) {
        var table = new Table("", "");
        step.losses().forEach((name, loss) -> table.row(name, String.format(Locale.ROOT, "%.6f", loss)));
        var text = new StringBuilder(table.toString());
        for (var skipped : step.skipped()) text.append("\nskipped: ").append(skipped);
        return text + "\n" + step.gradientNorms().size() + " norms of gradients: see --json";
    }

    private static String text(Result result) {
        var table = new Table("case", "max abs", "max rel", "", "");
        int passed = 0, skipped = 0;
        for (var c : result.cases) {
            var outcome = c.skipped() != null ? "skipped" : c.pass() ? "pass" : "FAIL";
            var note = c.skipped() != null ? c.skipped() : c.note();
            table.row(c.name(), number(c.maxAbs()), number(c.maxRel()), outcome, note == null ? "" : note);
            if (c.skipped() != null) skipped++;
            else if (c.pass()) passed++;
        }
        int failed = result.cases.size() - passed - skipped;
        return table
                + System.lineSeparator()
                + String.format(Locale.ROOT, "%d passed, %d failed, %d skipped", passed, failed, skipped);
    }

    private static String number(Double value) {
        return value == null ? "" : value == 0 ? "0" : String.format(Locale.ROOT, "%.2e", value);
    }

    @Override
    int exitCode(Record answer) {
        return answer instanceof Result result && !result.pass ? FAILED : DONE;
    }
}
