package resnet4j.measure;

import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.IntFunction;
import resnet4j.config.Nearest;
import resnet4j.data.DataSource;
import resnet4j.data.Dataset;
import resnet4j.data.Label;
import resnet4j.data.Loader;
import resnet4j.eval.Operating;
import resnet4j.eval.Outputs;
import resnet4j.graph.Inference;
import resnet4j.model.ModelFile;
import resnet4j.run.Watcher;
import resnet4j.tensor.Device;
import resnet4j.tensor.Precision;

/**
 * From which probability on to say a class: chosen on the validation pictures, and measured on the others.
 *
 * @param data        the pictures, as {@code kind:path}
 * @param positive    the class; the last of two where absent
 * @param sensitivity the share of its pictures that are to be found; most sensitivity and specificity together where absent
 */
public record Deciding(
        String data, Optional<String> positive, Optional<Double> sensitivity, Device device, Precision precision) {
    private static final int BATCH = 64;

    /** @param opened stays the caller's. @param watching makes a watcher of so many pictures */
    public Decided run(ModelFile.Opened opened, String name, IntFunction<? extends Watcher> watching)
            throws IOException {
        var file = opened.classifier().file();
        var source = DataSource.parse(data);
        var measured = source.measured();
        var chosen = source.val().isPresent() ? "val" : measured;
        int of = place(file);
        var preprocess = file.preprocess();
        try (var inference =
                Inference.of(opened.net(), device, precision, preprocess.cropHeight(), preprocess.cropWidth())) {
            var pictures = Scoring.known("data", data, source.split(measured), file);
            var outputs = outputs(inference, pictures, file, watching);
            var chosenOn = chosen.equals(measured)
                    ? outputs
                    : outputs(inference, Scoring.known("data", data, source.split(chosen), file), file, watching);
            var groups =
                    Arrays.stream(outputs.indices()).mapToObj(pictures::group).toList();
            double threshold = Operating.threshold(chosenOn, of, sensitivity);
            return new Decided(
                    name,
                    data,
                    file.classNames().get(of),
                    chosen,
                    measured,
                    Operating.at(threshold, outputs, of, groups),
                    outputs.skipped());
        }
    }

    private Outputs<Label> outputs(
            Inference inference, Dataset<Label> pictures, ModelFile file, IntFunction<? extends Watcher> watching) {
        try (var watcher = watching.apply(pictures.size())) {
            var loader = Loader.inOrder(pictures, BATCH).withPreprocess(file.preprocess());
            return Outputs.of(inference::run, loader, file.preprocess(), device, watcher::add);
        }
    }

    private int place(ModelFile file) {
        var names = file.classNames();
        if (positive.isEmpty()) {
            if (names.size() == 2) return 1;
            throw new IllegalArgumentException("positive: expected the class to be decided on, as the network knows "
                    + names.size() + "; name one");
        }
        int place = names.indexOf(positive.get());
        if (place < 0)
            throw new IllegalArgumentException("positive: expected a class of the network, got " + positive.get()
                    + Nearest.hint(positive.get(), names));
        return place;
    }
}
