package resnet4j.explain;

import static resnet4j.tensor.Losses.unit;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import resnet4j.data.Dataset;
import resnet4j.data.Label;
import resnet4j.data.Labelled;
import resnet4j.eval.Outputs;
import resnet4j.files.AtomicFile;
import resnet4j.run.Stages;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Pixels;
import resnet4j.tensor.Tensor;

/**
 * Pictures as points of a plane: what the network decides by, along the two directions in which it varies most. Principal
 * component analysis; Pearson 1901.
 *
 * @param pictures drawn in the colours of their classes
 * @param out      an SVG file, or a table for others to draw: {@code .csv}
 */
public record Plane(Dataset<Label> pictures, int threads, Path out) implements Look {
    private static final int SIDE = 720, EDGE = 24, LEGEND = 180, LINE = 20;

    /**
     * Rows on their first principal components.
     *
     * @param x      a number for each row; the largest of each axis is above 0
     * @param varies share of the rows' variance that the two show
     */
    record Axes(double[] x, double[] y, double varies) {
        /** @param rows {@code n} of them, one after another */
        static Axes of(float[] rows, int n) {
            int width = rows.length / n;
            try (var scope = new NativeScope();
                    var noGrad = Ops.noGrad()) {
                var all = Tensor.of(rows, n, width);
                var centred = Ops.add(all, Ops.affine(Ops.mean(all, List.of(0), true), -1, 0));
                var turned = Ops.permute(centred, 1, 0);
                var eigen = Pixels.eigen(Ops.matmul(turned, centred)); // the least first
                float[] values = eigen.get(0).toFloats();
                double sum = 0;
                for (float value : values) sum += Math.max(0, value);
                double shown = values[width - 1] + (width > 1 ? values[width - 2] : 0);
                return new Axes(
                        along(centred, eigen.get(1), width - 1),
                        width > 1 ? along(centred, eigen.get(1), width - 2) : new double[n],
                        sum == 0 ? 0 : shown / sum);
            }
        }

        private static double[] along(Tensor centred, Tensor vectors, int which) {
            float[] found = Ops.matmul(centred, Ops.permute(vectors.narrow(0, which, 1), 1, 0))
                    .toFloats();
            int most = 0;
            for (int i = 0; i < found.length; i++) if (Math.abs(found[i]) > Math.abs(found[most])) most = i;
            var axis = new double[found.length];
            for (int i = 0; i < axis.length; i++) axis[i] = found[most] < 0 ? -found[i] : found[i];
            return axis;
        }
    }

    @Override
    public Looked at(Explainer explainer, String name, Stages stages) throws IOException {
        Outputs<Label> features;
        try (var progress = stages.begin("embed", pictures.size(), "images")) {
            features = explainer.features(pictures, threads, progress::add);
        }
        int n = features.logits().size();
        if (n == 0) throw new IllegalArgumentException("data: expected pictures that can be read, found none");
        float[] directions;
        try (var scope = new NativeScope()) {
            directions = unit(Tensor.of(features.flat(), n, features.logits().get(0).length))
                    .toFloats();
        }
        var axes = Axes.of(directions, n);
        var file = String.valueOf(out.getFileName()).toLowerCase(Locale.ROOT);
        AtomicFile.write(out, file.endsWith(".csv") ? table(features, axes) : drawn(features, axes));
        var said = String.format(
                Locale.ROOT,
                "%d pictures on two axes, which show %.1f %% of how what %s decides by varies",
                n,
                100 * axes.varies,
                name);
        return new Looked(name, "plane", Optional.empty(), n, said, out, Optional.empty(), Optional.of(axes.varies));
    }

    private String table(Outputs<Label> features, Axes axes) throws IOException {
        var lines = new StringBuilder("x,y,class,picture\n");
        for (int i = 0; i < axes.x.length; i++) {
            int index = features.indices()[i];
            lines.append(String.format(
                    Locale.ROOT,
                    "%.6g,%.6g,%s,%s%n",
                    axes.x[i],
                    axes.y[i],
                    quoted(pictures.classes().get(Labelled.label(pictures, index))),
                    quoted(pictures.name(index))));
        }
        return lines.toString().replace("\r\n", "\n");
    }

    private static String quoted(String text) {
        return text.matches("[^\",\n]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
    }

    private String drawn(Outputs<Label> features, Axes axes) throws IOException {
        int classes = pictures.classes().size();
        var svg = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
                        + " font-size=\"13\"><title>Pictures by what the network decides by, on two axes</title>"
                        + "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>%n",
                SIDE + LEGEND,
                Math.max(SIDE, 2 * EDGE + LINE * classes)));
        double[] x = placed(axes.x), y = placed(axes.y);
        for (int i = 0; i < x.length; i++) {
            int label = Labelled.label(pictures, features.indices()[i]);
            svg.append(String.format(
                    Locale.ROOT,
                    "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\" fill-opacity=\"0.6\"/>%n",
                    x[i],
                    SIDE - y[i],
                    colour(label, classes)));
        }
        for (int c = 0; c < classes; c++)
            svg.append(String.format(
                    Locale.ROOT,
                    "<circle cx=\"%d\" cy=\"%d\" r=\"5\" fill=\"%s\"/><text x=\"%d\" y=\"%d\">%s</text>%n",
                    SIDE,
                    EDGE + LINE * c,
                    colour(c, classes),
                    SIDE + 12,
                    EDGE + LINE * c + 4,
                    escaped(pictures.classes().get(c))));
        return svg.append("</svg>\n").toString();
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    /** Hues around the circle, two lightnesses in turn. */
    private static String colour(int label, int classes) {
        return "hsl(" + 360 * label / Math.max(1, classes) + ",70%," + (label % 2 == 0 ? 40 : 58) + "%)";
    }

    private static double[] placed(double[] axis) {
        double least = Double.POSITIVE_INFINITY, most = Double.NEGATIVE_INFINITY;
        for (double value : axis) {
            least = Math.min(least, value);
            most = Math.max(most, value);
        }
        var placed = new double[axis.length];
        for (int i = 0; i < placed.length; i++)
            placed[i] = EDGE + (most > least ? (axis[i] - least) / (most - least) : .5) * (SIDE - 2 * EDGE);
        return placed;
    }
}
