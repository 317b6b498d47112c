package resnet4j;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import resnet4j.data.Batch;
import resnet4j.data.Pixels;
import resnet4j.eval.Inputs;
import resnet4j.export.OnnxMetadata;
import resnet4j.export.OnnxModel;
import resnet4j.export.OnnxRuntime;
import resnet4j.graph.Inference;
import resnet4j.image.Image;
import resnet4j.model.Answer;
import resnet4j.model.ModelFile;
import resnet4j.tensor.Engine;
import resnet4j.tensor.Lifetime;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Precision;
import resnet4j.tensor.Tensor;

/** Pictures through a network, in batches: what every {@link Predictor} begins with. */
final class Pictures implements AutoCloseable {
    final Predictor.Card card;
    final Answer answer;
    private final Network network;
    private final int most; // pictures at a time
    private final Lifetime lifetime;

    private interface Network {
        /** Pictures of one size to what the answer is read from [N,K], row by row: logits, or features behind them, too. */
        float[] said(Pixels pictures);

        /** Pictures of one size to features [N,D], row by row. */
        float[] features(Pixels pictures);
    }

    /** Who asks, and what answers that takes. */
    enum Kind {
        CLASSIFIER("the classifier", "one class", List.of(Answer.Classes.class, Answer.Ordered.class)),
        LABELLER("the labeller", "several labels", List.of(Answer.Labels.class)),
        REGRESSOR("the regressor", "numbers", List.of(Answer.Numbers.class));
        private final String name, words;
        private final List<Class<? extends Answer>> answers;

        Kind(String name, String words, List<Class<? extends Answer>> answers) {
            this.name = name;
            this.words = words;
            this.answers = answers;
        }

        private void require(String model, Answer answer) {
            if (!answers.contains(answer.getClass()))
                throw new IllegalArgumentException("model: expected one that answers with " + words + ", got " + model
                        + ", which answers with " + answer.words());
        }
    }

    /** Opens a saved model, a run folder, or an ONNX file. */
    static Pictures load(Path path, Predictor.Options options, Kind kind) throws IOException {
        return path.toString().endsWith(".onnx")
                ? onnx(path, options, kind)
                : of(ModelFile.open(path.toString(), Optional.empty(), OptionalInt.empty()), options, kind);
    }

    /** Takes a network over, and closes it where it answers otherwise. */
    static Pictures of(ModelFile.Opened model, Predictor.Options options, Kind kind) {
        model.wholePictures();
        try {
            kind.require(model.file().model(), model.file().answer());
        } catch (IllegalArgumentException e) {
            model.close();
            throw e;
        }
        return new Pictures(model, options, kind);
    }

    private static Pictures onnx(Path path, Predictor.Options options, Kind kind) throws IOException {
        if (options.device().cuda() || options.precision() != Precision.FP32)
            throw new IllegalArgumentException("options: an ONNX file runs on the CPU in 32-bit floats, got "
                    + options.device() + " and " + options.precision());
        var metadata = OnnxMetadata.of(path); // in Java, before any native code sees the file
        kind.require(metadata.model(), metadata.answer());
        OnnxRuntime.require(path);
        int threads =
                options.threads() > 0 ? options.threads() : Runtime.getRuntime().availableProcessors();
        var model = OnnxModel.openTrusted(path, threads);
        try {
            model.check(metadata);
            return new Pictures(metadata, model, options.batch(), kind);
        } catch (IOException | RuntimeException e) {
            model.close();
            throw e;
        }
    }

    private Pictures(ModelFile.Opened model, Predictor.Options options, Kind kind) {
        var file = model.file();
        card = new Predictor.Card(file.model(), file.classNames(), file.preprocess());
        answer = file.answer();
        most = options.batch();
        if (options.threads() > 0) Engine.threads(options.threads());
        var p = file.preprocess();
        var inference = Inference.of(model.net(), options.device(), options.precision(), p.cropHeight(), p.cropWidth());
        network = new Network() {
            @Override
            public float[] said(Pixels pictures) {
                return run(answer.byFeatures() ? inference::logitsAndFeatures : inference::run, pictures);
            }

            @Override
            public float[] features(Pixels pictures) {
                return run(inference::features, pictures);
            }

            private float[] run(UnaryOperator<Tensor> way, Pixels pictures) {
                try (var scope = new NativeScope()) {
                    return way.apply(Inputs.images(pictures, p, options.device()))
                            .toFloats();
                }
            }
        };
        lifetime = new Lifetime(kind.name, inference::close);
    }

    private Pictures(OnnxMetadata metadata, OnnxModel model, int most, Kind kind) {
        card = new Predictor.Card(metadata.model(), metadata.classNames(), metadata.preprocess());
        answer = metadata.answer();
        this.most = most;
        var p = metadata.preprocess();
        network = new Network() {
            @Override
            public float[] said(Pixels pictures) {
                long n = pictures.size(), height = pictures.height(), width = pictures.width();
                return model.takesPixels()
                        ? model.run(pictures.rgb(), n, height, width, 3)
                        : model.run(p.normalize(pictures.rgb()), n, 3, height, width);
            }

            @Override
            public float[] features(Pixels pictures) {
                throw new IllegalStateException("features: an ONNX file gives the answers only; open the saved"
                        + " model that it was exported from");
            }
        };
        lifetime = new Lifetime(kind.name, model::close);
    }

    /** What is made of a picture's logits, and of its features behind them where the answer takes these. */
    interface Reader<A> {
        A read(float[] said, int from, int names);
    }

    /** What the network says of each picture, of any sizes. */
    List<double[]> values(List<Image> pictures) {
        return read(pictures, answer::values);
    }

    /** The same for the pictures of a loader that applied this model's preprocessing. */
    List<double[]> values(Batch<?> prepared) {
        return read(prepared, answer::values);
    }

    <A> List<A> read(List<Image> pictures, Reader<A> reader) {
        var answers = new ArrayList<A>();
        inBatches(pictures, batch -> answers.addAll(read(batch, reader)));
        return answers;
    }

    <A> List<A> read(Batch<?> prepared, Reader<A> reader) {
        var pixels = prepared.pixels();
        var preprocess = card.preprocess();
        if (preprocess.crops()
                && (pixels.width() != preprocess.cropWidth() || pixels.height() != preprocess.cropHeight()))
            throw new IllegalArgumentException("prepared: expected pictures of " + preprocess.cropWidth() + "x"
                    + preprocess.cropHeight() + ", got " + pixels.width() + "x" + pixels.height());
        lifetime.enter();
        try {
            var answers = new ArrayList<A>();
            for (var even : pixels.even() ? List.of(pixels) : pixels.apart()) answers.addAll(read(even, reader));
            return answers;
        } finally {
            lifetime.leave();
        }
    }

    private <A> List<A> read(Pixels batch, Reader<A> reader) {
        int names = card.classNames().size(), pictures = batch.size();
        float[] said = network.said(batch);
        int k = said.length / pictures;
        for (int i = 0; i < pictures * k; i++)
            if (!Float.isFinite(said[i]))
                throw new ArithmeticException("picture " + (i / k + 1) + " of " + pictures + ": the network answers "
                        + said[i] + (i % k < answer.logits(names) ? " for class " + i % k : " among its features")
                        + ", which is no answer; its weights, mean or std are damaged");
        var answers = new ArrayList<A>();
        for (int i = 0; i < pictures; i++) answers.add(reader.read(said, i * k, names));
        return answers;
    }

    List<float[]> features(List<Image> pictures) {
        var answers = new ArrayList<float[]>();
        inBatches(pictures, batch -> {
            var all = network.features(batch);
            int each = all.length / batch.size();
            for (int i = 0; i < batch.size(); i++) answers.add(Arrays.copyOfRange(all, i * each, (i + 1) * each));
        });
        return answers;
    }

    private interface Taker {
        void of(Pixels pictures);
    }

    private void inBatches(List<Image> pictures, Taker batch) {
        lifetime.enter();
        try {
            var p = card.preprocess();
            int n = p.crops() ? most : 1; // of one size
            for (int from = 0; from < pictures.size(); from += n)
                batch.of(Pixels.of(
                        pictures.subList(from, Math.min(from + n, pictures.size())).stream()
                                .map(p::apply)
                                .toList(),
                        1));
        } finally {
            lifetime.leave();
        }
    }

    @Override
    public void close() {
        lifetime.close();
    }
}
