package resnet4j.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import resnet4j.Classifier;
import resnet4j.data.Dataset;
import resnet4j.data.Epoch;
import resnet4j.data.Loader;
import resnet4j.image.Image;
import resnet4j.image.Preprocess;

/** Picture files as a network's input, with nothing known of their classes. */
record Pictures(List<Path> files, Preprocess preprocess, boolean fast) implements Dataset {
    /** What becomes of the answers. */
    interface Answers {
        /** @param pictures their indices among the files */
        void take(int[] pictures, List<List<Classifier.Prediction>> answers) throws IOException;
    }

    /** In order, and ahead on threads. */
    Loader loader(int batch, Decoding decoding) {
        return decoding.ahead(Loader.inOrder(this, batch));
    }

    /** The {@code top} likeliest classes of every picture, batch by batch. */
    static void classify(Classifier classifier, Epoch batches, int top, Answers answers) throws IOException {
        while (hasNext(batches)) {
            var batch = batches.next();
            answers.take(batch.indices(), classifier.classify(batch, top));
        }
    }

    /** Whether there is a batch; an epoch of which nothing can be read has none, and its list of what was skipped. */
    static boolean hasNext(Epoch batches) {
        try {
            return batches.hasNext();
        } catch (UncheckedIOException nothingReadable) {
            return false;
        }
    }

    @Override
    public int size() {
        return files.size();
    }

    @Override
    public Image image(int index) throws IOException {
        try {
            return fast ? preprocess.readFast(files.get(index)) : preprocess.read(files.get(index));
        } catch (IllegalArgumentException e) { // a shape that cannot be resized
            throw new IOException(files.get(index) + ": " + e.getMessage(), e);
        }
    }

    @Override
    public List<String> classes() {
        return List.of("unknown");
    }

    @Override
    public int label(int index) {
        return 0;
    }

    @Override
    public String name(int index) {
        return files.get(index).toString();
    }

    @Override
    public String digest() {
        throw new UnsupportedOperationException("pictures to classify are not identified");
    }
}
