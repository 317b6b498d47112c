package resnet4j.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import resnet4j.certainty.Calibrated;
import resnet4j.certainty.Calibrating;
import resnet4j.model.Calibration.Rule;

/** {@code calibrate}: how far a network's answers can be trusted. */
@CommandLine.Command(
        name = "calibrate",
        description = {
            "Make a classifier as sure as it is right, and have it say when it is not sure.",
            "Fits on a part of pictures that it was not trained on, and measures on the others."
        },
        footer = {"", "Example:", "  ./resnet4j calibrate runs/quickstart-1 --data shapes:4000 --error 0.01"})
final class CalibrateCommand extends Command<Calibrated> {
    @Mixin
    private ModelArgument model;

    @Option(names = "--data", required = true, paramLabel = "KIND:PATH", description = "Pictures with their classes.")
    private String data;

    @Option(
            names = "--split",
            paramLabel = "train|val|test",
            description = "Which part (default: held out, else test).")
    private Optional<String> split;

    @Option(names = "--limit", paramLabel = "N", description = "Use only so many pictures.")
    private Optional<Integer> limit;

    @Option(names = "--share", paramLabel = "S", description = "How much of them to fit on (default: 0.5).")
    private double share = 0.5;

    @Option(names = "--error", paramLabel = "S", description = "\"Not sure\" until so few other answers are wrong.")
    private Optional<Double> error;

    @Option(names = "--familiar", paramLabel = "S", description = "\"Not sure\" of pictures unlike so many known ones.")
    private Optional<Double> familiar;

    @Option(names = "--by", paramLabel = "energy|distance", description = "What tells those (default: energy).")
    private Calibrating.By by = Calibrating.By.ENERGY;

    @Option(names = "--coverage", paramLabel = "S", description = "Name classes of which one is right so often.")
    private Optional<Double> coverage;

    @Option(names = "--sets", paramLabel = "lac|aps", description = "How these are chosen (default: lac, the fewest).")
    private Rule sets = Rule.LAC;

    @Option(names = "--unlike", paramLabel = "KIND:PATH", description = "Measure if these are told from known ones.")
    private List<String> unlike = List.of();

    @Option(names = "--batch", paramLabel = "N", description = "Pictures at a time (default: 64).")
    private int batch = 64;

    @Option(names = "--out", paramLabel = "FILE", description = "Write the model with its calibration (.safetensors).")
    private Optional<Path> out;

    @Mixin
    private Decoding decoding;

    @Override
    Calibrated run() throws IOException {
        decoding.check(batch);
        long seed = common.seed().orElse(0);
        var device = common.device();
        var precision = common.precision("fp32");
        return new Calibrating(
                        data, split, limit, share, error, familiar, by, coverage, sets, unlike, out, batch, seed,
                        device, precision)
                .run(model::open, model.model, decoding::loader, this::progress);
    }

    @Override
    String text(Calibrated calibrated) {
        return calibrated.toString();
    }
}
