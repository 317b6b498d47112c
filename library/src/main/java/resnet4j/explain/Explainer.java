package resnet4j.explain;

import java.io.IOException;
import java.util.function.IntConsumer;
import java.util.function.UnaryOperator;
import resnet4j.data.Dataset;
import resnet4j.data.Loader;
import resnet4j.eval.Outputs;
import resnet4j.graph.Graph;
import resnet4j.graph.Tracer;
import resnet4j.image.Image;
import resnet4j.image.Picture;
import resnet4j.image.Preprocess;
import resnet4j.image.Target;
import resnet4j.model.ModelFile;
import resnet4j.tensor.Device;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * A network whose answers are explained, picture by picture: traced once, and its own until the caller closes it. Any
 * number of threads may ask. Pictures are as the network sees them, {@code preprocess.read(picture)} of its file.
 */
public final class Explainer {
    private static final int BATCH = 64, AHEAD = 4, USUAL = 224;

    private final ModelFile.Opened opened;
    private Graph graph; // for the size of the last picture

    /** @param opened stays the caller's, and open as long as this is asked */
    public Explainer(ModelFile.Opened opened) {
        this.opened = opened;
        opened.net().train(false);
    }

    /**
     * Where in a picture a class's score rests, by {@code method}: of the picture's size. {@link Overlay#of} shows it.
     *
     * @param seen  as the network sees it
     * @param index of the class
     */
    public Heat heat(Image seen, int index, Method method) {
        try (var scope = new NativeScope()) {
            return method.explain(subject(seen, index));
        }
    }

    /** The score of class {@code index} on a picture, for those who ask more of it; its image is the innermost scope's. */
    public Subject subject(Image seen, int index) {
        return new Subject(graph(seen), image(seen), index);
    }

    /** The probability of each class of a picture. */
    public float[] probabilities(Image seen) {
        try (var scope = new NativeScope()) {
            return Ops.softmax(graph(seen).run(image(seen)), 1).toFloats();
        }
    }

    /** What the network decides by on a picture, to look for pictures that are alike to it. */
    public float[] features(Image seen) {
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            return features(image(seen)).toFloats();
        }
    }

    /**
     * What the network decides by on each of many pictures, such as {@link resnet4j.eval.Neighbours} are found among.
     *
     * @param threads  that read pictures; 0 reads them on this one
     * @param progress told how many pictures each batch had
     */
    public <T extends Target<T>> Outputs<T> features(Dataset<T> pictures, int threads, IntConsumer progress) {
        var preprocess = preprocess();
        var loader = Loader.inOrder(pictures, BATCH).withPreprocess(preprocess).withThreads(threads, AHEAD);
        UnaryOperator<Tensor> body = this::features;
        return Outputs.of(body, loader, preprocess, Device.CPU, progress);
    }

    /** [N,3,H,W] -> [N,D]; of a head that takes maps, the mean of each. */
    private Tensor features(Tensor images) {
        var made = opened.net().features(images);
        return made.dim() == 4 ? Ops.globalAvgPool(made) : made;
    }

    /** A picture as the network sees it. @throws IOException if it cannot be read */
    public Image seen(Picture picture) throws IOException {
        return preprocess().read(picture);
    }

    Preprocess preprocess() {
        return opened.file().preprocess();
    }

    /** The network on pictures of this size. */
    Graph graph(Image seen) {
        return graph(seen.height(), seen.width());
    }

    /** The network on pictures of its own size, or of a usual one where it takes any. */
    Graph graph() {
        int height = preprocess().cropHeight(), width = preprocess().cropWidth();
        return height > 0 && width > 0 ? graph(height, width) : graph(USUAL, USUAL);
    }

    private synchronized Graph graph(int height, int width) {
        var shape = graph == null ? null : graph.inputs().get(0).shape();
        if (shape == null || shape.get(2) != height || shape.get(3) != width)
            graph = Tracer.trace(opened.net(), 1, 3, height, width);
        return graph;
    }

    Tensor image(Image seen) {
        return Tensor.of(preprocess().normalize(seen.rgb()), 1, 3, seen.height(), seen.width());
    }
}
