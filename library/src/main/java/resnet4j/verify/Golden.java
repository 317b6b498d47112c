package resnet4j.verify;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import resnet4j.array.HostTensor;
import resnet4j.array.Npy;
import resnet4j.data.Dataset;
import resnet4j.data.Label;
import resnet4j.graph.Plan;
import resnet4j.image.Image;
import resnet4j.image.ImageFile;
import resnet4j.image.Picture;
import resnet4j.image.Preprocess;
import resnet4j.image.Resize;
import resnet4j.model.Models;
import resnet4j.model.NetWeights;
import resnet4j.nn.Layer;
import resnet4j.tensor.Device;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Precision;
import resnet4j.tensor.Tensor;
import resnet4j.weights.WeightFile;

/** One thing that is computed here and compared with what it has to be. */
public sealed interface Golden {
    /** fp32 sums in another order differ by about 1e-6 of the largest number; a wrong layer differs by more than 1e-2. */
    double ROUNDING = 1e-4;

    /** What is compared, unique, in words of which any chooses the case: {@code resnet20 on cifar10}. */
    String name();

    /**
     * Computes and compares.
     *
     * @throws IOException for a file that cannot be read, or that is for something else
     */
    Case run(Device device) throws IOException;

    /**
     * What a comparison found. Its JSON is its components, null where there is nothing to say.
     *
     * @param maxAbs  the largest absolute difference
     * @param maxRel  the same relative to the largest expected number
     * @param pass    false where the differences are too large or something could not be read
     * @param skipped why nothing was compared
     * @param note    what else is worth knowing: how many predictions agree, why it failed
     */
    record Case(String name, Double maxAbs, Double maxRel, boolean pass, String skipped, String note) {
        static Case failed(String name, String reason) {
            return new Case(name, null, null, false, null, reason);
        }
    }

    /** Something that is not here to be compared. */
    record Absent(String name, String reason) implements Golden {
        @Override
        public Case run(Device device) {
            return new Case(name, null, null, true, reason, null);
        }
    }

    /**
     * A network drawn from a seed, on random numbers from the same stream: torchvision's own tests.
     *
     * @param network  makes it, with weights of the generator
     * @param input    shape of those numbers, [N,C,H,W]
     * @param expected a file of {@code torch.save} with the output
     */
    record Seeded(String name, long seed, Supplier<? extends Layer> network, List<Long> input, Path expected)
            implements Golden {
        @Override
        public Case run(Device device) throws IOException {
            var tensors = WeightFile.read(expected).tensors().values();
            if (tensors.size() != 1)
                throw new IOException(
                        expected + ": expected one tensor, the output of " + name + ", got " + tensors.size());
            var output = tensors.iterator().next();
            Ops.seed(seed);
            try (var scope = new NativeScope();
                    var noGrad = Ops.noGrad();
                    var net = network.get()) {
                net.train(false);
                var images =
                        Tensor.rand(input.stream().mapToLong(Long::longValue).toArray());
                net.to(device); // after the draw, which is the CPU's
                var got = net.apply(images.to(device));
                var shape = Arrays.stream(got.shape()).boxed().toList();
                if (!shape.equals(output.shape()))
                    throw new IllegalArgumentException(expected + ": holds an output of shape " + output.shape()
                            + ", and " + name + " gives " + shape + "; set --classes and --input as they were");
                var difference = Difference.of(got.toFloats(), floats(output));
                return difference.of(name, difference.rel <= ROUNDING, null);
            }
        }
    }

    /** Pictures that are read when a case runs. */
    interface Pictures {
        Dataset<Label> open() throws IOException;
    }

    /**
     * A network with published weights on real pictures, beside PyTorch's logits.
     *
     * @param logits    [N,K] for the first N {@code pictures}, in NumPy's format
     * @param tolerance the largest absolute difference of a logit
     */
    record Published(
            String model,
            String data,
            Path weights,
            Path logits,
            Pictures pictures,
            Preprocess preprocess,
            double tolerance)
            implements Golden {
        private static final int BATCH = 20;

        @Override
        public String name() {
            return model + " on " + data;
        }

        @Override
        public Case run(Device device) throws IOException {
            var file = Npy.read(logits);
            if (!file.type().endsWith("f4")
                    || file.shape().length != 2
                    || file.data().capacity() == 0)
                throw new IOException(logits + ": expected logits [pictures,classes] of type f4, got " + file.type()
                        + Arrays.toString(file.shape()));
            var expected = file.floats();
            int n = file.shape()[0], classes = file.shape()[1];
            var images = pictures.open();
            if (images.size() < n)
                throw new IOException(
                        logits + ": holds the logits of " + n + " pictures, and there are " + images.size());
            var got = new float[expected.length];
            try (var net = Models.create(model, classes);
                    var noGrad = Ops.noGrad()) {
                NetWeights.load(net, WeightFile.read(weights).tensors(), weights.toString());
                net.train(false);
                net.channelsLast();
                net.to(device);
                for (int from = 0; from < n; from += BATCH)
                    try (var scope = new NativeScope()) {
                        int size = Math.min(BATCH, n - from);
                        var input = resnet4j.tensor.Pixels.normalize(
                                pixels(images, from, size).to(device), preprocess.mean(), preprocess.std());
                        System.arraycopy(net.apply(input).toFloats(), 0, got, from * classes, size * classes);
                    }
            }
            var difference = Difference.of(got, expected);
            return difference.of(name(), difference.abs <= tolerance, agreement(got, expected, classes));
        }

        /** [size,H,W,3] bytes. */
        private Tensor pixels(Dataset<Label> images, int from, int size) throws IOException {
            int bytes = 3 * preprocess.cropHeight() * preprocess.cropWidth();
            var pixels = new byte[size * bytes];
            for (int i = 0; i < size; i++)
                System.arraycopy(preprocess.read(images.picture(from + i)).rgb(), 0, pixels, i * bytes, bytes);
            return Tensor.of(pixels, size, preprocess.cropHeight(), preprocess.cropWidth(), 3);
        }
    }

    /**
     * A photograph decoded, resized and cropped by Pillow. Differences are of channels, white being 1.
     *
     * @param resize   the shorter side, in pixels
     * @param crop     side of the square in the centre, in pixels
     * @param expected a PNG file
     */
    record Pixels(String photograph, Path file, int resize, int crop, Path expected) implements Golden {
        private static final double MOST = 1 / 255., MEAN = 0.1 / 255; // torch's own resize differs by 1 from Pillow's

        @Override
        public String name() {
            return "preprocess " + photograph;
        }

        @Override
        public Case run(Device device) throws IOException {
            var wanted = ImageFile.read(expected);
            if (wanted.width() != crop || wanted.height() != crop)
                throw new IOException(expected + ": expected " + crop + "x" + crop + " pixels, as its name says, got "
                        + wanted.width() + "x" + wanted.height());
            var got = Preprocess.of(new Resize.ShortSide(resize), crop).read(Picture.of(file));
            var difference = Difference.of(units(got), units(wanted));
            double sum = 0;
            for (int i = 0; i < got.rgb().length; i++) sum += Math.abs((got.rgb()[i] & 255) - (wanted.rgb()[i] & 255));
            double mean = sum / got.rgb().length / 255;
            boolean pass = difference.abs <= MOST + 1e-6 && mean <= MEAN; // 1e-6: of floats
            var note = sum == 0 ? "every byte equal" : String.format(Locale.ROOT, "%.2g on average", mean);
            return difference.of(name(), pass, note);
        }

        private static float[] units(Image image) {
            var values = new float[image.rgb().length];
            for (int i = 0; i < values.length; i++) values[i] = (image.rgb()[i] & 255) / 255f;
            return values;
        }
    }

    /**
     * The fused plan of a seeded network beside the network itself, on random pictures.
     *
     * @param tolerance the largest difference of a logit, relative to the largest logit
     */
    record Planned(String model, Precision precision, double tolerance) implements Golden {
        private static final int PICTURES = 8, SIDE = 64;

        @Override
        public String name() {
            return model + " plan " + precision.name().toLowerCase(Locale.ROOT);
        }

        @Override
        public Case run(Device device) {
            Ops.seed(0);
            try (var scope = new NativeScope();
                    var noGrad = Ops.noGrad();
                    var net = Models.create(model, 1000)) {
                net.train(false);
                var images = Tensor.randn(PICTURES, 3, SIDE, SIDE).to(device);
                net.to(device);
                try (var plan = Plan.compile(net, precision, PICTURES, 3, SIDE, SIDE)) {
                    float[] expected = net.apply(images).toFloats(),
                            got = plan.run(images).toFloats();
                    var difference = Difference.of(got, expected);
                    return difference.of(
                            name(), difference.rel <= tolerance, agreement(got, expected, got.length / PICTURES));
                }
            }
        }
    }

    /**
     * The largest difference between numbers.
     *
     * @param rel relative to the largest expected number
     */
    record Difference(double abs, double rel) {
        static Difference of(float[] got, float[] expected) {
            if (got.length != expected.length)
                throw new IllegalArgumentException("got: expected " + expected.length + " numbers, got " + got.length);
            double abs = 0, scale = 0;
            for (int i = 0; i < got.length; i++) {
                abs = Math.max(abs, Math.abs((double) got[i] - expected[i])); // NaN stays, and passes nothing
                scale = Math.max(scale, Math.abs(expected[i]));
            }
            return new Difference(abs, abs == 0 ? 0 : abs / scale);
        }

        private Case of(String name, boolean pass, String note) {
            return new Case(name, abs, rel, pass, null, note);
        }
    }

    private static float[] floats(HostTensor host) {
        try (var scope = new NativeScope()) {
            return Tensor.of(host).toFloats();
        }
    }

    private static String agreement(float[] got, float[] expected, int classes) {
        int n = got.length / classes, equal = 0;
        for (int i = 0; i < n; i++)
            if (best(got, i * classes, classes) == best(expected, i * classes, classes)) equal++;
        return "top-1 equal in " + equal + " of " + n;
    }

    private static int best(float[] logits, int from, int classes) {
        int best = 0;
        for (int c = 1; c < classes; c++) if (logits[from + c] > logits[from + best]) best = c;
        return best;
    }
}
