package resnet4j.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import resnet4j.data.DataSource;
import resnet4j.data.Label;
import resnet4j.model.ModelFile;
import resnet4j.model.Models;
import resnet4j.study.CurveStudy;
import resnet4j.study.GradientStudy;
import resnet4j.study.Study;
import resnet4j.study.StudyResult;
import resnet4j.study.Trainings;

/** {@code study}: a claim about residual networks, tested again. */
@CommandLine.Command(
        name = "study",
        description = {
            "Test a claim about residual networks on your machine: degradation, degradation-110, small-data,"
                    + " regularisers, gradients; or how much more pictures would help: learning-curve.",
            "All but gradients train several networks, one run folder each; a study that was stopped goes on when it is"
                    + " started again with the same --run. study.md, study.json and study.html in that folder have the results."
        },
        footer = {"", "Example:", "  ./resnet4j study gradients --data shapes:200"})
final class StudyCommand extends Command<StudyResult> {
    @Parameters(index = "0", paramLabel = "NAME", description = "Which study.")
    private String name;

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "MODEL",
            description = {
                "gradients: names, saved models or run folders (default: plain and residual with 20 and 56 layers).",
                "plain56-without-norm is plain56 without its batch norms.",
                "learning-curve: the trained network whose features are used."
            })
    private List<String> models = List.of("plain20", "resnet20", "plain56", "resnet56");

    @Option(names = "--weights", paramLabel = "FILE", description = "learning-curve: weights of a network's name.")
    private Path weights;

    @Option(names = "--data", paramLabel = "KIND:PATH", required = true, description = "Pictures with their classes.")
    private String data;

    @Option(names = "--limit", paramLabel = "N", description = "Use only so many pictures of each split.")
    private Integer limit;

    @Option(names = "--epochs", paramLabel = "N", description = "Epochs of each run (default: 30).")
    private int epochs = 30;

    @Option(names = "--seeds", paramLabel = "N", description = "Runs of each network, by seed 0, 1... (default: 1).")
    private int seeds = 1;

    @Option(names = "--only", paramLabel = "NAME", split = ",", description = "Only these of the study's variations.")
    private List<String> only = List.of();

    @Option(
            names = "--set",
            paramLabel = "PATH=VALUE",
            description = "Change a field in all of the recipes; see train.")
    private List<String> sets = new ArrayList<>();

    @Option(names = "--run", paramLabel = "DIR", description = "The study's folder (default: runs/NAME).")
    private Path run;

    @Override
    StudyResult run() throws Exception {
        Bounds.atLeast("--epochs", 1, epochs);
        Bounds.atLeast("--seeds", 1, seeds);
        var folder = run == null ? Path.of("runs", name) : run;
        boolean trains = !List.of(GradientStudy.NAME, CurveStudy.NAME).contains(name);
        var trainings = trains ? trainings() : null;
        var source = DataSource.parse(data);
        if (limit != null) source = source.limit(limit);
        if (name.equals(CurveStudy.NAME)) return curve(source, folder);
        if (trainings == null) {
            var gradients = new GradientStudy(models, seeds);
            try (var progress = progress("gradients", gradients.networks(), "networks")) {
                return gradients.run(source, common.device(), folder, progress);
            }
        }
        try (var stop = new StopSignal();
                var progress = progress("study", 0, "runs")) {
            return trainings.run(source, folder, new TrainingRun(this).options(stop), progress);
        }
    }

    private StudyResult curve(DataSource<Label> source, Path folder) throws Exception {
        if (models.size() != 1)
            throw new IllegalArgumentException("MODEL: expected the one trained network whose features a learning curve"
                    + " is measured with, got " + models.size()
                    + "; name a saved model, or a network and its --weights");
        var model = models.get(0);
        if (weights == null
                && Models.all().stream().anyMatch(entry -> entry.name().equals(model)))
            throw new IllegalArgumentException(
                    "MODEL: expected a network with weights, got " + model + "; give its weights with --weights");
        if (source.train().classes().size() < 2)
            throw new IllegalArgumentException("--data: expected pictures of two or more classes, got " + data
                    + " with one; a learning curve is of telling classes apart");
        try (var stop = new StopSignal();
                var opened = ModelFile.open(model, Optional.ofNullable(weights), OptionalInt.empty())
                        .wholePictures();
                var progress = progress("study", 0, "runs")) {
            return new CurveStudy(epochs, changes())
                    .run(opened, model, source, folder, new TrainingRun(this).options(stop), progress);
        }
    }

    private Trainings trainings() {
        var study = Study.named(name);
        return named("--only", () -> new Trainings(study, epochs, seeds, only, changes()));
    }

    private List<String> changes() {
        var changes = new ArrayList<>(sets);
        changes.add("data=" + data);
        if (common.precision() != null) changes.add("precision=" + common.precision());
        return changes;
    }

    @Override
    String text(StudyResult result) {
        return result.markdown() + (result.done() ? "" : "\nStopped; the same command goes on.");
    }
}
