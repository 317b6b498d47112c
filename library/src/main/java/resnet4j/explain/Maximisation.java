package resnet4j.explain;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import resnet4j.graph.Graph;
import resnet4j.image.Image;
import resnet4j.image.ImageFile;
import resnet4j.image.Preprocess;
import resnet4j.run.Stages;
import resnet4j.tensor.Losses;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * Pictures that channels of a layer, or classes, answer most strongly: made of noise by following the gradient, moved about
 * and blurred on the way so that what comes out is no noise. Erhan et al. 2009; with these means Yosinski et al. 2015,
 * arXiv:1506.06579, section 3.
 *
 * @param layer    its channels; absent for the classes
 * @param channels numbers of channels or classes; the first 16 where empty
 * @param steps    along the gradient
 * @param out      a PNG file
 */
public record Maximisation(Optional<String> layer, List<Integer> channels, int steps, long seed, Path out)
        implements Look {
    private static final int FIRST = 16, BATCH = 8, BLUR_EVERY = 4;
    private static final double STEP = 0.1, NOISE = 0.1; // of the deviation that pictures are divided by

    public Maximisation {
        channels = List.copyOf(channels);
        if (steps < 1) throw new IllegalArgumentException("steps: expected at least 1, got " + steps);
    }

    @Override
    public Looked at(Explainer explainer, String name, Stages stages) throws IOException {
        var graph = explainer.graph();
        var value = layer.map(l -> Subject.maps(graph, l))
                .orElseGet(() -> graph.outputs().values().iterator().next());
        int width = Math.toIntExact(graph.shape(value).get(1));
        var asked = channels.isEmpty()
                ? IntStream.range(0, Math.min(FIRST, width)).boxed().toList()
                : channels;
        for (int channel : asked)
            if (channel < 0 || channel >= width)
                throw new IllegalArgumentException("channels: expected 0 to " + (width - 1) + ", which "
                        + layer.orElse("the network") + " has, got " + channel);
        var tiles = new ArrayList<Image>();
        var reached = new ArrayList<double[]>();
        try (var progress = stages.begin("maximise", asked.size(), "pictures")) {
            for (int from = 0; from < asked.size(); from += BATCH) {
                var some = asked.subList(from, Math.min(asked.size(), from + BATCH));
                tiles.addAll(new Ascent(graph, value, explainer.preprocess(), some).climb(reached));
                progress.add(some.size());
            }
        }
        ImageFile.writePng(out, Tiles.sheet(tiles));
        var of = IntStream.range(0, asked.size())
                .mapToObj(i -> String.format(
                        Locale.ROOT, "%d: %.2f to %.2f", asked.get(i), reached.get(i)[0], reached.get(i)[1]))
                .collect(Collectors.joining(", "));
        var said = "what " + (layer.isPresent() ? "channels of " + layer.get() : "classes")
                + " answer most strongly; from noise to these pictures, " + of;
        return new Looked(name, "likes", layer, tiles.size(), said, out);
    }

    /** One batch on its way: pixels as the network takes them, [N][3][H][W] in one array. */
    private final class Ascent {
        private final Graph graph;
        private final Preprocess preprocess;
        private final List<Integer> of;
        private final int width, height, moves;
        private final boolean maps;

        Ascent(Graph graph, String value, Preprocess preprocess, List<Integer> of) {
            this.graph = graph.withOutputs(Map.of("value", value));
            this.preprocess = preprocess;
            this.of = of;
            var shape = graph.inputs().get(0).shape();
            height = Math.toIntExact(shape.get(2));
            width = Math.toIntExact(shape.get(3));
            moves = Math.max(1, Math.min(height, width) / 16);
            maps = graph.shape(value).size() == 4;
        }

        List<Image> climb(List<double[]> reached) {
            var random = new Random(seed + of.get(0));
            var pixels = new float[of.size() * 3 * height * width];
            for (int i = 0; i < pixels.length; i++) pixels[i] = (float) (NOISE * random.nextGaussian());
            double[] first = answers(pixels);
            for (int step = 0; step < steps; step++) {
                int down = random.nextInt(2 * moves + 1) - moves, right = random.nextInt(2 * moves + 1) - moves;
                var slopes = moved(slopes(moved(pixels, down, right)), -down, -right);
                follow(pixels, slopes);
                if (step % BLUR_EVERY == 0 && step < steps - BLUR_EVERY) pixels = blurred(pixels);
                bound(pixels);
            }
            double[] last = answers(pixels);
            var images = new ArrayList<Image>();
            for (int i = 0; i < of.size(); i++) {
                reached.add(new double[] {first[i], last[i]});
                images.add(Tiles.enlarged(image(pixels, i)));
            }
            return images;
        }

        /** Of each picture, the mean of its own channel. */
        private double[] answers(float[] pixels) {
            try (var scope = new NativeScope();
                    var noGrad = Ops.noGrad()) {
                float[] all = means(tensor(pixels)).toFloats();
                var own = new double[of.size()];
                for (int i = 0; i < own.length; i++) own[i] = all[i * all.length / own.length + of.get(i)];
                return own;
            }
        }

        private float[] slopes(float[] pixels) {
            try (var scope = new NativeScope()) {
                var images = tensor(pixels).requireGrad(true);
                var means = means(images);
                var mask = new float[Math.toIntExact(means.elements())];
                for (int i = 0; i < of.size(); i++) mask[i * mask.length / of.size() + of.get(i)] = 1;
                var own = Ops.sum(Ops.mul(means, Tensor.of(mask, means.shape())), List.of(0, 1), false);
                return Losses.gradients(own, List.of(images)).get(0).toFloats();
            }
        }

        private Tensor means(Tensor images) {
            var made = graph.apply(Map.of(graph.inputs().get(0).name(), images)).get("value");
            return maps ? Ops.mean(made, List.of(2, 3), false) : made;
        }

        private Tensor tensor(float[] pixels) {
            return Tensor.of(pixels, of.size(), 3, height, width);
        }

        /** Of each picture a step of one length, whatever the slope's. */
        private void follow(float[] pixels, float[] slopes) {
            int one = 3 * height * width;
            for (int from = 0; from < pixels.length; from += one) {
                double squares = 0;
                for (int i = from; i < from + one; i++) squares += (double) slopes[i] * slopes[i];
                if (squares == 0) continue;
                double times = STEP / Math.sqrt(squares / one);
                for (int i = from; i < from + one; i++) pixels[i] += (float) (times * slopes[i]);
            }
        }

        /** What leaves on one side comes in on the other. */
        private float[] moved(float[] pixels, int down, int right) {
            var moved = new float[pixels.length];
            for (int plane = 0; plane < pixels.length; plane += height * width)
                for (int y = 0; y < height; y++)
                    for (int x = 0; x < width; x++)
                        moved[plane + Math.floorMod(y + down, height) * width + Math.floorMod(x + right, width)] =
                                pixels[plane + y * width + x];
            return moved;
        }

        /** With 1, 2, 1 along both ways. */
        private float[] blurred(float[] pixels) {
            return soft(soft(pixels, 1, width), width, height);
        }

        private float[] soft(float[] pixels, int stride, int length) {
            var soft = new float[pixels.length];
            for (int i = 0; i < pixels.length; i++) {
                int at = i / stride % length;
                float before = at > 0 ? pixels[i - stride] : pixels[i];
                float after = at < length - 1 ? pixels[i + stride] : pixels[i];
                soft[i] = (before + 2 * pixels[i] + after) / 4;
            }
            return soft;
        }

        /** Colours that a picture can have. */
        private void bound(float[] pixels) {
            int area = height * width;
            for (int i = 0; i < pixels.length; i++) {
                int c = i / area % 3;
                double mean = preprocess.mean().get(c), std = preprocess.std().get(c);
                pixels[i] = (float) Math.max(-mean / std, Math.min((1 - mean) / std, pixels[i]));
            }
        }

        private Image image(float[] pixels, int which) {
            int area = height * width;
            var rgb = new byte[3 * area];
            for (int c = 0; c < 3; c++)
                for (int i = 0; i < area; i++) {
                    double value = pixels[(3 * which + c) * area + i]
                                    * preprocess.std().get(c)
                            + preprocess.mean().get(c);
                    rgb[3 * i + c] = (byte) Math.round(255 * Math.max(0, Math.min(1, value)));
                }
            return new Image(width, height, rgb);
        }
    }
}
