package resnet4j;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import resnet4j.explain.Explainer;
import resnet4j.explain.Method;
import resnet4j.explain.Overlay;
import resnet4j.image.Image;
import resnet4j.model.ModelFile;
import resnet4j.tensor.Lifetime;

/** A classifier's network once more, as it can be explained: opened when that is first asked. */
final class Explaining implements AutoCloseable {
    private final Opening opening; // or null
    private final Lifetime lifetime = new Lifetime("the classifier", this::free);
    private ModelFile.Opened opened;
    private Explainer explainer;

    /** How its file is opened. */
    interface Opening {
        ModelFile.Opened open() throws IOException;
    }

    Explaining(Opening opening) {
        this.opening = opening;
    }

    /** Of a classifier that has no file with weights. */
    static Explaining nothing() {
        return new Explaining(null);
    }

    /** @param seen as the network sees it */
    Classifier.Explanation explain(Image seen, List<String> classNames, Method method) throws IOException {
        lifetime.enter();
        try {
            var network = explainer();
            float[] probabilities = network.probabilities(seen);
            int best = 0;
            for (int c = 1; c < probabilities.length; c++) if (probabilities[c] > probabilities[best]) best = c;
            var heat = network.heat(seen, best, method);
            var map = new float[heat.height()][];
            for (int y = 0; y < map.length; y++)
                map[y] = Arrays.copyOfRange(heat.values(), y * heat.width(), (y + 1) * heat.width());
            return new Classifier.Explanation(
                    new Classifier.Prediction(best, classNames.get(best), probabilities[best]),
                    map,
                    Overlay.of(seen, heat).toBufferedImage());
        } finally {
            lifetime.leave();
        }
    }

    private synchronized Explainer explainer() throws IOException {
        if (opening == null)
            throw new IllegalStateException("explain: expected a classifier that was loaded from a saved model or from"
                    + " published weights; an ONNX file, and a network in memory, have no gradients to explain by");
        if (explainer == null) {
            opened = opening.open().classifier();
            explainer = new Explainer(opened);
        }
        return explainer;
    }

    private synchronized void free() {
        if (opened != null) opened.close();
    }

    @Override
    public void close() {
        lifetime.close();
    }
}
