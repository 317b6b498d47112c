package resnet4j;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import resnet4j.config.Checks;
import resnet4j.image.Image;
import resnet4j.image.Picture;
import resnet4j.image.Preprocess;
import resnet4j.tensor.Device;
import resnet4j.tensor.Precision;

/**
 * A network made ready to answer: pictures in, answers of type {@code A} out. Safe to use from many threads at once; owns
 * native memory until it is closed. Closing lets those finish that are at work; whoever comes later is told that it is
 * closed.
 */
public interface Predictor<A> extends AutoCloseable {
    /**
     * What a predictor knows.
     *
     * @param model      the network's name
     * @param classNames what it tells apart, in the order of their numbers
     * @param preprocess how pictures are made ready for it
     */
    record Card(String model, List<String> classNames, Preprocess preprocess) {
        public Card {
            classNames = List.copyOf(classNames);
        }
    }

    /**
     * How a network is run.
     *
     * @param device    where
     * @param precision in what it computes, as {@link Precision#on} the device
     * @param threads   that one call is split over; 0 leaves that to the engine. libtorch has one such number for the
     *                  whole process, so that the predictor opened last decides; ONNX Runtime has one for each file
     * @param batch     how many pictures go through the network together at most
     */
    record Options(Device device, Precision precision, int threads, int batch) {
        private static final int MOST = 1024;

        public Options {
            Checks.between("threads", 0, MOST, threads);
            Checks.between("batch", 1, MOST, batch);
        }

        /** The CPU, 32-bit floats, the engine's threads, 32 pictures at a time. */
        public Options() {
            this(Device.CPU, Precision.FP32, 0, 32);
        }

        public Options withDevice(Device device) {
            return new Options(device, precision, threads, batch);
        }

        public Options withPrecision(Precision precision) {
            return new Options(device, precision, threads, batch);
        }

        public Options withThreads(int threads) {
            return new Options(device, precision, threads, batch);
        }

        public Options withBatch(int batch) {
            return new Options(device, precision, threads, batch);
        }
    }

    /** What it knows; may be asked when it is closed, too. */
    Card card();

    /** One answer for each picture, of any sizes. @throws IllegalStateException if it is closed */
    List<A> predict(List<Image> pictures);

    /**
     * The network's own description of each picture: what its last layer decides by, in one dimension (the mean of each
     * map where that layer takes maps). Pictures that are alike have vectors that are near.
     *
     * @throws IllegalStateException if it is closed, or the file that it was opened from has none, as one of ONNX
     */
    List<float[]> features(List<Image> pictures);

    /** The answer for one picture. @throws IOException if it cannot be read */
    default A predict(Picture picture) throws IOException {
        return predict(List.of(card().preprocess().decode(picture))).get(0);
    }

    /** The answer for a picture file. */
    default A predict(Path file) throws IOException {
        return predict(Picture.of(file));
    }

    /** The answer for the bytes of a picture file. */
    default A predict(byte[] file) throws IOException {
        return predict(Picture.of(file));
    }

    /** The answer for a picture file that a stream gives; the caller closes the stream. */
    default A predict(InputStream file) throws IOException {
        return predict(Picture.of(file));
    }

    /** The answer for a picture in memory. */
    default A predict(BufferedImage picture) {
        return predict(List.of(Image.of(picture))).get(0);
    }

    /** The answer for pixels. */
    default A predict(Image picture) {
        return predict(List.of(picture)).get(0);
    }

    /** The features of one picture. */
    default float[] features(Picture picture) throws IOException {
        return features(List.of(card().preprocess().decode(picture))).get(0);
    }

    /** Refuses later calls, and frees the weights when those that run are done; the second time does nothing. */
    @Override
    void close();
}
