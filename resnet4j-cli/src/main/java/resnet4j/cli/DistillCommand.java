package resnet4j.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import resnet4j.data.DataSource;
import resnet4j.model.ModelFile;
import resnet4j.run.RunFolder;
import resnet4j.shrink.Distill;
import resnet4j.weights.Catalogue;

/** {@code distill}: a small network that learns from pictures and from a larger one. */
@CommandLine.Command(
        name = "distill",
        description = "Train a network by a recipe to answer as another one does, and to name the classes of pictures.",
        footer = {
            "The same in a recipe: \"learn\": {\"type\": \"distill\", \"teacher\": FILE}.",
            "",
            "Example:",
            "  ./resnet4j distill recipes/cifar10-resnet20.json \\",
            "        --data cifar10:DIR --teacher runs/large"
        })
final class DistillCommand extends Command<TrainingRun.Result> {
    @Mixin
    private RecipeArgument recipe;

    @Option(
            names = "--teacher",
            required = true,
            paramLabel = "MODEL",
            description = "A saved model, a run folder, or with --teacher-weights a name that models lists.")
    private String teacher;

    @Option(names = "--teacher-weights", paramLabel = "WEIGHTS", description = "For a name: a weight file or an id.")
    private String weights;

    @Option(names = "--student", paramLabel = "MODEL", description = "A saved model to go on with: a pruned one, say.")
    private Path student;

    @Option(names = "--temperature", paramLabel = "T", description = "That answers are softened by (default: 4).")
    private double temperature = 4;

    @Option(names = "--share", paramLabel = "SHARE", description = "Of the teacher in the loss (default: 0.9).")
    private double share = 0.9;

    @Option(names = "--attention", paramLabel = "F", description = "Factor of where both look (default: 0).")
    private double attention;

    @Option(names = "--hints", paramLabel = "F", description = "Factor of how far maps are apart (default: 0).")
    private double hints;

    @Option(names = "--layers", paramLabel = "LAYER,...", split = ",", description = "Whose maps; STUDENT=TEACHER too.")
    private List<String> layers = List.of();

    @Option(names = "--run", paramLabel = "DIR", description = "The run's folder (default: runs/distill-N).")
    private Path run;

    @Override
    TrainingRun.Result run() throws Exception {
        Optional<String> file = Optional.empty();
        if (weights != null)
            try (var download = download(weights)) {
                file = Optional.of(Catalogue.file(weights, null, download).toString());
            }
        var learn = new Distill(teacher, file, temperature, share, attention, hints, layers);
        var asked = recipe.read(common).withLearn(learn);
        if (student != null) {
            var known = ModelFile.described(student.toString(), Optional.empty(), OptionalInt.empty());
            asked = asked.withModel(known.model())
                    .withArchitecture(known.architecture())
                    .withWeights(student);
        }
        var source = DataSource.read(asked.data(), learn.target());
        var folder = run == null ? freshFolder("distill") : RunFolder.create(run);
        return new TrainingRun(this).train(asked, source, folder);
    }

    @Override
    String text(TrainingRun.Result result) {
        return result.text();
    }

    @Override
    int exitCode(TrainingRun.Result result) {
        return result.test().isPresent() ? DONE : FAILED;
    }
}
