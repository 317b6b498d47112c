package resnet4j.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import resnet4j.Classifier;
import resnet4j.data.Dataset;
import resnet4j.data.Epoch;
import resnet4j.data.Loader;
import resnet4j.data.PictureFiles;
import resnet4j.image.Image;
import resnet4j.image.Preprocess;

/** Picture files as a network's input, with nothing known of their classes. */
record Pictures(PictureFiles files, Preprocess preprocess) implements Dataset {
    static Pictures of(List<Path> files, Preprocess preprocess, Decoding decoding) {
        int shortSide = decoding.fast ? preprocess.resize().shortSide() : 0;
        var unknown = new int[files.size()];
        return new Pictures(
                new PictureFiles(List.of("unknown"), files, unknown, preprocess.applyExif(), shortSide), preprocess);
    }

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
        var picture = files.image(index);
        try {
            return preprocess.apply(picture);
        } catch (IllegalArgumentException e) { // a shape that cannot be resized
            throw new IOException(name(index) + ": " + e.getMessage(), e);
        }
    }

    @Override
    public List<String> classes() {
        return files.classes();
    }

    @Override
    public int label(int index) {
        return files.label(index);
    }

    @Override
    public String name(int index) {
        return files.name(index);
    }

    @Override
    public String digest() {
        return files.digest();
    }
}
