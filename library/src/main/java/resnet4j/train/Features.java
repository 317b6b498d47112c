package resnet4j.train;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import resnet4j.data.Dataset;
import resnet4j.data.Label;
import resnet4j.data.Loader;
import resnet4j.data.Skipped;
import resnet4j.eval.Inputs;
import resnet4j.image.Image;
import resnet4j.image.Picture;
import resnet4j.image.Preprocess;
import resnet4j.model.ClassificationNet;
import resnet4j.tensor.Device;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * What a network's body makes of each picture, computed once: the input of a linear probe.
 *
 * @param data    the readable pictures' labels, in the order of the rows; the pictures themselves stay unread
 * @param values  row by row
 * @param shape   of a row
 * @param skipped pictures that could not be read
 */
record Features(Dataset<Label> data, float[] values, long[] shape, List<Skipped> skipped) {

    static Features of(ClassificationNet net, Dataset<Label> pictures, Preprocess preprocess, Machine machine) {
        net.train(false);
        var loader = Loader.inOrder(pictures, 64).withPreprocess(preprocess).withThreads(machine.loaderThreads(), 4);
        List<Skipped> skipped;
        var values = new float[0];
        long[] shape = null;
        var readable = IntStream.builder();
        int used = 0;
        try (var batches = loader.epoch(0);
                var noGrad = Ops.noGrad()) {
            for (var batch : batches) {
                try (var scope = new NativeScope()) {
                    var rows = net.features(Inputs.images(batch, preprocess, machine.device()));
                    shape = Arrays.copyOfRange(rows.shape(), 1, rows.dim());
                    var got = rows.toFloats();
                    if (used + got.length > values.length)
                        values = Arrays.copyOf(
                                values,
                                Math.max(
                                        used + got.length,
                                        Math.toIntExact(got.length / batch.size() * (long) pictures.size())));
                    System.arraycopy(got, 0, values, used, got.length);
                    used += got.length;
                }
                for (int index : batch.indices()) readable.add(index);
            }
            skipped = batches.skipped();
        }
        return new Features(new Unread(pictures.subset(readable.build().toArray())), values, shape, skipped);
    }

    /** The rows of some pictures, [n, shape...]. */
    Tensor rows(int[] indices, Device device) {
        int width = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        var some = new float[indices.length * width];
        for (int i = 0; i < indices.length; i++) System.arraycopy(values, indices[i] * width, some, i * width, width);
        var full = new long[shape.length + 1];
        full[0] = indices.length;
        System.arraycopy(shape, 0, full, 1, shape.length);
        return Tensor.of(some, full).to(device);
    }

    /** Labels without pictures: each is one black pixel. */
    private record Unread(Dataset<Label> of) implements Dataset<Label> {
        @Override
        public int size() {
            return of.size();
        }

        @Override
        public List<String> classes() {
            return of.classes();
        }

        @Override
        public Label target(int index) throws IOException {
            return of.target(index);
        }

        @Override
        public Picture picture(int index) {
            return Picture.of(new Image(1, 1, new byte[3]));
        }

        @Override
        public String name(int index) {
            return of.name(index);
        }

        @Override
        public String digest() {
            return of.digest();
        }
    }
}
