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
import resnet4j.model.Models;
import resnet4j.weights.Catalogue;

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

    @Option(
            names = "--random",
            description = "For a name without weights: take random ones, whose answers mean nothing.")
    private boolean random;

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
        try (var download = new DownloadBar(command.commandLine().getErr(), weights)) {
            return Optional.of(Catalogue.file(weights, weightsDir, download));
        }
    }

    /** The network with its weights. @throws IllegalArgumentException for a name without any, unless that is asked for */
    ModelFile.Opened open() throws IOException {
        if (weights == null
                && !random
                && Models.all().stream().anyMatch(known -> known.name().equals(model))
                && !Files.exists(Path.of(model)))
            throw new IllegalArgumentException("--weights: " + model + " has random weights without them, whose answers"
                    + " mean nothing; give a weight file or an id that './resnet4j models' lists, or --random to have"
                    + " them all the same");
        return evenRandom();
    }

    /** The network, with random weights for a name without any: for those that ask for its speed or its size. */
    ModelFile.Opened evenRandom() throws IOException {
        var opened = ModelFile.open(model, weightsOfAName(), givenClasses());
        return new ModelFile.Opened(normalized(opened.file()), opened.net());
    }

    /** What is known of the network, for those that load its weights themselves: a head that they replace need not fit. */
    ModelFile described() throws IOException {
        return normalized(ModelFile.described(model, weightsOfAName(), givenClasses()));
    }

    private Optional<Path> weightsOfAName() throws IOException {
        if (random && (weights != null || Files.exists(Path.of(model))))
            throw new IllegalArgumentException("--random: " + model + " has weights; leave it out");
        return fetched();
    }

    private OptionalInt givenClasses() {
        if (classes == null) return OptionalInt.empty();
        Bounds.between("--classes", 1, Bounds.MOST_CLASSES, classes);
        return OptionalInt.of(classes);
    }

    private ModelFile normalized(ModelFile file) {
        var preprocess = file.preprocess();
        return file.withPreprocess(preprocess.withNormalization(
                mean == null ? preprocess.mean() : mean, std == null ? preprocess.std() : std));
    }
}
