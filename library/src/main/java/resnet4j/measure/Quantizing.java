package resnet4j.measure;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import resnet4j.compress.Quantization;
import resnet4j.compress.Quantized;
import resnet4j.compress.Subject;
import resnet4j.data.DataSource;
import resnet4j.data.Dataset;
import resnet4j.data.Label;
import resnet4j.data.Loader;
import resnet4j.data.Reading;
import resnet4j.data.Things;
import resnet4j.detect.DetectionNet;
import resnet4j.detect.QuantizableDetector;
import resnet4j.image.LabelMap;
import resnet4j.image.Target;
import resnet4j.model.ModelFile;
import resnet4j.run.Stages;
import resnet4j.segment.EachPixel;
import resnet4j.segment.PixelEvaluator;
import resnet4j.tensor.NativeScope;

/**
 * A {@link Quantization} on pictures by name, of a network that names a class of a picture or of each pixel, or finds things.
 *
 * @param calibrate pictures that show how large values become, {@code kind:path}: of their training part
 * @param pictures  how many of them
 * @param eval      pictures that it is measured on
 * @param limit     measure on only so many
 * @param batch     pictures at a time, where they are of one size
 */
public record Quantizing(
        Quantization quantization,
        String calibrate,
        int pictures,
        Optional<String> eval,
        OptionalInt limit,
        int batch) {
    private static final int SHOWN = 16; // at a time

    /** @param opened stays the caller's @param name what the network is called in the result @param out a .safetensors or .onnx file */
    public Quantized run(ModelFile.Opened opened, String name, Path out, Reading reading, Stages stages)
            throws IOException {
        var file = opened.file();
        if (opened.net() instanceof DetectionNet) {
            Optional<Dataset<Things>> truth = eval.isEmpty() ? Optional.empty() : Optional.of(measured(Things.class));
            var detector = new QuantizableDetector(opened, truth);
            try (var scope = new NativeScope()) {
                return quantization.run(
                        detector, file, name, detector.shown(shown(Things.class)), calibrate, out, stages);
            }
        }
        boolean perPixel = file.architecture().perPixel();
        Loader<?> shown;
        Optional<Subject.Measured> measured;
        if (perPixel) {
            shown = whole(shown(LabelMap.class), file);
            measured = eval.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new EachPixel()
                            .measured(PixelEvaluator.known("eval", measured(LabelMap.class), file.classNames()), file));
        } else {
            file.requireOneClass();
            shown = reading.loader(shown(Label.class), file.preprocess(), Math.min(batch, SHOWN));
            measured = eval.isEmpty()
                    ? Optional.empty()
                    : Optional.of(Subject.Measured.top1(
                            reading.loader(
                                    Scoring.known("eval", eval.get(), measured(Label.class), file),
                                    file.preprocess(),
                                    batch),
                            file));
        }
        return quantization.run(opened, name, shown, calibrate, measured, out, stages);
    }

    private <T extends Target<T>> Dataset<T> shown(Class<T> target) throws IOException {
        return DataSource.parse(calibrate, target).train().limit(pictures);
    }

    private <T extends Target<T>> Dataset<T> measured(Class<T> target) throws IOException {
        var source = DataSource.parse(eval.orElseThrow(), target);
        var data = source.split(source.measured());
        return limit.isPresent() ? data.limit(limit.getAsInt()) : data;
    }

    /** One by one, in their own sizes. */
    private static Loader<LabelMap> whole(Dataset<LabelMap> pictures, ModelFile file) {
        return Loader.inOrder(pictures, 1).withPreprocess(file.preprocess().withCrop(0, 0));
    }
}
