package resnet4j;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import resnet4j.data.Batch;
import resnet4j.export.OnnxMetadata;
import resnet4j.image.Preprocess;
import resnet4j.model.Answer;
import resnet4j.model.ModelFile;

/** What a network says of whole pictures, whichever its answer is: through a classifier, a labeller or a regressor. */
public final class Answering implements AutoCloseable {
    private final Predictor<?> predictor;
    private final Function<Batch<?>, List<Told>> tells;

    /** What is said of a picture, but for its name. */
    private interface Told {
        Predicted of(String image);
    }

    private Answering(Predictor<?> predictor, Function<Batch<?>, List<Told>> tells) {
        this.predictor = predictor;
        this.tells = tells;
    }

    /** Takes a network over. @param top how many classes are said, where these are the answer */
    public static Answering of(ModelFile.Opened model, Predictor.Options options, int top) {
        var answer = model.file().answer();
        if (answer instanceof Answer.Labels) return by(new Labeller(model, options));
        if (answer instanceof Answer.Numbers) return by(new Regressor(model, options));
        return by(new Classifier(model, options), top);
    }

    /** The same of an ONNX file that ResNet4J exported: see {@link Classifier#load(Path, Predictor.Options)}. */
    public static Answering onnx(Path file, Predictor.Options options, int top) throws IOException {
        var answer = OnnxMetadata.of(file).answer();
        if (answer instanceof Answer.Labels) return by(Labeller.load(file, options));
        if (answer instanceof Answer.Numbers) return by(Regressor.load(file, options));
        return by(Classifier.load(file, options), top);
    }

    private static Answering by(Labeller labeller) {
        return new Answering(labeller, batch -> told(labeller.predict(batch), l -> i -> new Predicted.Labels(i, l)));
    }

    private static Answering by(Regressor regressor) {
        return new Answering(regressor, batch -> told(regressor.predict(batch), n -> i -> new Predicted.Numbers(i, n)));
    }

    private static Answering by(Classifier classifier, int top) {
        return new Answering(
                classifier, batch -> told(classifier.judge(batch, top), c -> i -> Predicted.Classes.of(i, c)));
    }

    private static <A> List<Told> told(List<A> answers, Function<A, Told> of) {
        return answers.stream().map(of).toList();
    }

    /** How pictures are made ready for it. */
    public Preprocess preprocess() {
        return predictor.card().preprocess();
    }

    /** What is said of pictures that are made ready. @param names of the pictures, in their order */
    public List<Predicted> predict(Batch<?> prepared, List<String> names) {
        var told = tells.apply(prepared);
        return IntStream.range(0, names.size())
                .mapToObj(i -> told.get(i).of(names.get(i)))
                .toList();
    }

    @Override
    public void close() {
        predictor.close();
    }
}
