package resnet4j.explain;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import resnet4j.data.Dataset;
import resnet4j.data.Loader;
import resnet4j.data.Pixels;
import resnet4j.eval.Inputs;
import resnet4j.graph.Graph;
import resnet4j.image.Image;
import resnet4j.image.ImageFile;
import resnet4j.image.Target;
import resnet4j.run.Stages;
import resnet4j.tensor.Device;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * How alike layers are in which pictures they find alike: linear centred kernel alignment, from 0 to 1, which does not
 * depend on how a layer's numbers are turned or scaled. Kornblith et al. 2019, arXiv:1905.00414, equations 3 and 4.
 *
 * @param pictures that both networks see; at most {@link #MOST}
 * @param layers   paths; a network's blocks where empty
 * @param other    a second network, whose layers are the columns; the first again where absent
 * @param out      a PNG file: dark is 0, bright is 1
 */
public record Similarity(Dataset<?> pictures, List<String> layers, Optional<Explainer> other, Path out)
        implements Look {
    /** Pictures that are compared with each other. */
    public static final int MOST = 2048;

    private static final int BATCH = 32, LARGEST_SIDE = 16;
    private static final int TILE = 12;

    public Similarity {
        layers = List.copyOf(layers);
        if (pictures.size() < 3 || pictures.size() > MOST)
            throw new IllegalArgumentException(
                    "data: expected 3 to " + MOST + " pictures to compare layers by, got " + pictures.size());
    }

    /** Of each row's layer with each column's. */
    public record Matrix(List<String> rows, List<String> columns, double[][] values) {
        @Override
        public String toString() {
            var text = new StringBuilder();
            int wide = rows.stream().mapToInt(String::length).max().orElse(0);
            for (int r = 0; r < rows.size(); r++) {
                text.append(r == 0 ? "" : "\n").append(String.format(Locale.ROOT, "%-" + wide + "s", rows.get(r)));
                for (double value : values[r]) text.append(String.format(Locale.ROOT, " %.2f", value));
            }
            return text.toString();
        }
    }

    @Override
    public Looked at(Explainer explainer, String name, Stages stages) throws IOException {
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad();
                var progress = stages.begin("compare", other.isPresent() ? 2 : 1, "networks")) {
            var rows = kernels(explainer, pictures);
            progress.add(1);
            var columns = rows;
            if (other.isPresent()) {
                columns = kernels(other.get(), pictures);
                progress.add(1);
            }
            var values = new double[rows.size()][columns.size()];
            int r = 0;
            for (var row : rows.values()) {
                int c = 0;
                for (var column : columns.values()) values[r][c++] = alignment(row, column);
                r++;
            }
            var matrix = new Matrix(List.copyOf(rows.keySet()), List.copyOf(columns.keySet()), values);
            ImageFile.writePng(out, picture(values));
            var said = "how alike layers of " + name + (other.isPresent() ? " are to the other's" : " are") + " on "
                    + pictures.size() + " pictures: 1 in which pictures are alike to them, 0 for nothing alike";
            return new Looked(
                    name,
                    "similarity",
                    Optional.empty(),
                    rows.size(),
                    said,
                    out,
                    Optional.of(matrix),
                    Optional.empty());
        }
    }

    /** tr(KL) / sqrt(tr(KK) tr(LL)) of centred kernels. */
    static double alignment(double[] k, double[] l) {
        double kl = 0, kk = 0, ll = 0;
        for (int i = 0; i < k.length; i++) {
            kl += k[i] * l[i];
            kk += k[i] * k[i];
            ll += l[i] * l[i];
        }
        return kk == 0 || ll == 0 ? 0 : kl / Math.sqrt(kk * ll);
    }

    /** The centred kernel [n*n] of rows [n][width]. */
    static double[] kernel(Tensor rows) {
        int n = (int) rows.size(0);
        float[] all = Ops.matmul(rows, Ops.permute(rows, 1, 0)).toFloats();
        var means = new double[n];
        double mean = 0;
        for (int i = 0; i < n; i++) for (int j = 0; j < n; j++) means[i] += all[i * n + j] / (double) n;
        for (double m : means) mean += m / n;
        var centred = new double[n * n];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++) centred[i * n + j] = all[i * n + j] - means[i] - means[j] + mean;
        return centred;
    }

    private <T extends Target<T>> Map<String, double[]> kernels(Explainer network, Dataset<T> pictures)
            throws IOException {
        var graph = network.graph();
        var compared = compared(graph);
        var outputs = new LinkedHashMap<String, String>();
        for (var layer : compared) outputs.put(layer, Subject.value(graph, layer));
        var run = graph.withOutputs(outputs);
        var parts = new LinkedHashMap<String, List<Tensor>>();
        var preprocess = network.preprocess();
        var sizes = new LinkedHashSet<String>();
        var loader = Loader.inOrder(pictures, BATCH).withPreprocess(preprocess);
        try (var batches = loader.epoch(0)) {
            for (var batch : batches) {
                requireOneSize(sizes, batch.pixels());
                var images = Inputs.images(batch, preprocess, Device.CPU);
                run.run(Map.of(run.inputs().get(0).name(), images))
                        .forEach((layer, made) -> parts.computeIfAbsent(layer, l -> new ArrayList<>())
                                .add(flat(made)));
            }
            if (!batches.skipped().isEmpty())
                throw new IOException(batches.skipped().get(0).file() + ": "
                        + batches.skipped().get(0).reason());
        }
        var kernels = new LinkedHashMap<String, double[]>();
        for (var layer : compared) kernels.put(layer, kernel(Ops.cat(parts.remove(layer), 0)));
        return kernels;
    }

    /** Maps of several sizes would be rows of several lengths. */
    private static void requireOneSize(Set<String> seen, Pixels pictures) {
        for (int i = 0; i < pictures.size(); i++) seen.add(pictures.widths()[i] + "x" + pictures.heights()[i]);
        if (seen.size() > 1)
            throw new IllegalArgumentException("data: expected pictures of one size to compare layers by, got some of "
                    + String.join(" and of ", seen.stream().limit(2).toList())
                    + "; make them equal first, or take a network that crops them");
    }

    /** Rows; of large maps, the means of their parts, as all of them would take much memory. */
    private static Tensor flat(Tensor made) {
        boolean large = made.dim() == 4 && Math.max(made.size(2), made.size(3)) > 2 * LARGEST_SIDE;
        var kept = large ? Ops.adaptiveAvgPool2d(made, LARGEST_SIDE, LARGEST_SIDE) : made;
        return kept.dim() > 2 ? Ops.flatten(kept, 1) : kept;
    }

    /** The layers asked for, or blocks: layers at most two names deep, those that make the same value once. */
    private List<String> compared(Graph graph) {
        if (!layers.isEmpty()) return layers;
        var byValue = new LinkedHashMap<String, String>();
        for (var node : graph.nodes()) byValue.put(node.name(), null);
        graph.layers().forEach((layer, value) -> {
            boolean near =
                    !layer.isEmpty() && layer.chars().filter(c -> c == '.').count() <= 1;
            if (near && byValue.containsKey(value)) {
                var known = byValue.get(value);
                if (known == null || layer.length() > known.length()) byValue.put(value, layer);
            }
        });
        return byValue.values().stream().filter(layer -> layer != null).toList();
    }

    private static Image picture(double[][] values) {
        int high = values.length, wide = values[0].length;
        var shown = new float[high * TILE * wide * TILE];
        for (int y = 0; y < high * TILE; y++)
            for (int x = 0; x < wide * TILE; x++)
                shown[y * wide * TILE + x] = (float) values[high - 1 - y / TILE][x / TILE]; // the first layer below
        return Tiles.between(shown, high * TILE, wide * TILE);
    }
}
