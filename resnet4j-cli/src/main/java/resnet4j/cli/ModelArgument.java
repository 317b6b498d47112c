package resnet4j.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import resnet4j.model.ModelFile;
import resnet4j.weights.Catalogue;
import resnet4j.weights.Fetch;

/** MODEL and what may be said of it. */
final class ModelArgument {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Parameters(
            index = "0",
            paramLabel = "MODEL",
            description = "A saved model, a run folder, or a name that './resnet4j models' lists.")
    String model;

    @Option(
            names = "--weights",
            paramLabel = "WEIGHTS",
            description = "For a name: a weight file (.pth, .safetensors) or an id that './resnet4j models' lists.")
    private String weights;

    @Option(names = "--weights-dir", paramLabel = "DIR", description = "Where weights with an id are kept.")
    private Path weightsDir;

    @Option(names = "--classes", paramLabel = "N", description = "For a name: number of classes (default: its own).")
    private Integer classes;

    @Option(names = "--mean", paramLabel = "R,G,B", split = ",", arity = "1", description = "Mean that inputs lose.")
    private List<Double> mean;

    @Option(names = "--std", paramLabel = "R,G,B", split = ",", arity = "1", description = "What they are divided by.")
    private List<Double> std;

    /** Where the weights are: the file given, or the saved model itself; absent for a name without weights. */
    Optional<Path> weightFile() throws IOException {
        var path = Path.of(model);
        if (Files.isDirectory(path)) return Optional.of(path.resolve(ModelFile.NAME));
        return Files.exists(path) ? Optional.of(path) : fetched();
    }

    /** The model, if it is an ONNX file: one knows its classes and its preprocessing itself. */
    Optional<Path> onnx() {
        if (!model.endsWith(".onnx")) return Optional.empty();
        if (weights != null || classes != null || mean != null || std != null)
            throw new IllegalArgumentException(model
                    + ": an ONNX file has its own weights, classes, mean and std; leave the options for them out");
        return Optional.of(Path.of(model));
    }

    private Optional<Path> fetched() throws IOException {
        if (weights == null) return Optional.empty();
        try (var download = new Download(command.commandLine().getErr(), weights)) {
            return Optional.of(Fetch.weights(weights, weightsDir, download));
        }
    }

    ModelFile.Opened open() throws IOException {
        if (classes != null && classes < 1)
            throw new IllegalArgumentException("--classes: expected at least 1, got " + classes);
        var opened = ModelFile.open(model, fetched(), classes == null ? OptionalInt.empty() : OptionalInt.of(classes));
        var preprocess = Optional.ofNullable(weights)
                .flatMap(Catalogue::published)
                .flatMap(Catalogue.Entry::preprocess)
                .orElse(opened.file().preprocess());
        return new ModelFile.Opened(
                opened.file()
                        .withPreprocess(preprocess.withNormalization(
                                mean == null ? preprocess.mean() : mean, std == null ? preprocess.std() : std)),
                opened.net());
    }
}
