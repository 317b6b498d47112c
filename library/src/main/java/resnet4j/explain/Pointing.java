package resnet4j.explain;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import resnet4j.data.Dataset;
import resnet4j.image.Image;
import resnet4j.image.LabelMap;
import resnet4j.image.Step;
import resnet4j.model.ClassificationNet;
import resnet4j.model.ModelFile;
import resnet4j.run.Stages;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;

/**
 * How well maps find what is known to be there: on pictures of which the class of each pixel is known, the maps of the
 * network's answers. A picture counts where what it answers is in it.
 *
 * @param pictures that were looked at
 * @param right    of these, that show what the network says
 * @param area     share of the picture that it covers, in the mean: what a map without knowledge gets
 * @param methods  each by itself, over the right pictures
 */
public record Pointing(String model, String data, int pictures, int right, double area, List<Row> methods) {
    /**
     * One method's maps.
     *
     * @param pointing share of them whose largest value lies on the thing, or as near as 3 % of the picture's longer side:
     *                 the pointing game, with its 15 pixels of the 500 that pictures of VOC have. Zhang et al. 2016,
     *                 arXiv:1608.00507, section 4.2
     * @param exact    the same without a margin
     * @param inside   share of the heat above 0 that lies on it
     * @param check    the means of what {@link Faithfulness} says, if asked for
     */
    public record Row(String method, double pointing, double exact, double inside, Optional<Faithfulness> check) {}

    private static final double MARGIN = 15 / 500.0;

    public Pointing {
        methods = List.copyOf(methods);
    }

    /**
     * Looks at all pictures.
     *
     * @param opened   stays the caller's
     * @param model    what the network is called in the result
     * @param data     what the pictures are called in the result
     * @param pictures whose classes have the names of the network's
     * @param methods  names of {@link Method#names}
     * @param layer    for class activation maps
     * @param check    whether each map is checked too
     */
    public static Pointing of(
            ModelFile.Opened opened,
            String model,
            String data,
            Dataset<LabelMap> pictures,
            List<String> methods,
            Optional<String> layer,
            boolean check,
            Stages stages)
            throws IOException {
        opened.file().requireOneClass();
        var names = opened.file().classNames();
        if (pictures.classes().stream().noneMatch(names::contains))
            throw new IllegalArgumentException("data: expected pictures with pixels of the network's classes "
                    + String.join(", ", names) + ", got " + String.join(", ", pictures.classes()));
        var ways = methods.stream().map(name -> Method.of(name, layer)).toList();
        try (var forgetful = check ? forgetful(opened.file()) : null;
                var progress = stages.begin("explain", pictures.size(), "images")) {
            var nothing = check ? new Explainer(new ModelFile.Opened(opened.file(), forgetful)) : null;
            var asked = new Asked(new Explainer(opened), ways, nothing);
            for (int i = 0; i < pictures.size(); i++) {
                var picture = pictures.picture(i);
                var preprocess = opened.file().preprocess();
                var whole = preprocess.decode(picture);
                var steps = preprocess.steps(whole.width(), whole.height());
                asked.look(Step.all(steps, whole), pictures.target(i).after(steps), pictures.classes(), names);
                progress.add(1);
            }
            if (asked.right == 0)
                throw new IllegalArgumentException("data: expected pictures that show what the network says, got "
                        + pictures.size() + " of which none does");
            return new Pointing(
                    model, data, pictures.size(), asked.right, asked.area / asked.right, asked.rows(methods));
        }
    }

    /** The same architecture with weights drawn from seed 0, that have learned nothing. */
    static ClassificationNet forgetful(ModelFile file) {
        Ops.seed(0);
        var net = file.architecture().build();
        net.train(false);
        return net;
    }

    /** What is counted so far. */
    private static final class Asked {
        private final Explainer explainer;
        private final List<Method> ways;
        private final Explainer forgetful; // or null
        private final double[][] sums; // pointing, exact, inside, then what is checked
        private int right;
        private double area;

        Asked(Explainer explainer, List<Method> ways, Explainer forgetful) {
            this.explainer = explainer;
            this.ways = ways;
            this.forgetful = forgetful;
            sums = new double[ways.size()][7];
        }

        void look(Image seen, LabelMap map, List<String> classes, List<String> names) {
            int answer = Heat.largest(explainer.probabilities(seen));
            int wanted = classes.indexOf(names.get(answer)), on = 0;
            var there = new boolean[map.labels().length];
            for (int p = 0; p < there.length; p++)
                if (wanted >= 0 && (map.labels()[p] & 255) == wanted) {
                    there[p] = true;
                    on++;
                }
            if (on == 0) return;
            right++;
            area += (double) on / there.length;
            try (var scope = new NativeScope()) {
                var subject = explainer.subject(seen, answer);
                var forgotten = forgetful == null ? null : subject.with(forgetful.graph(seen));
                for (int m = 0; m < ways.size(); m++) {
                    var heat = ways.get(m).explain(subject);
                    int[] peak = heat.peak();
                    sums[m][0] += near(there, heat.height(), heat.width(), peak) ? 1 : 0;
                    sums[m][1] += there[peak[0] * heat.width() + peak[1]] ? 1 : 0;
                    sums[m][2] += heat.inside(there);
                    if (forgotten == null) continue;
                    var said = Faithfulness.of(ways.get(m), subject, heat, forgotten);
                    sums[m][3] += said.deletion();
                    sums[m][4] += said.insertion();
                    sums[m][5] += said.road();
                    sums[m][6] += said.random();
                }
            }
        }

        private static boolean near(boolean[] there, int height, int width, int[] peak) {
            int margin = (int) Math.round(MARGIN * Math.max(height, width));
            for (int y = Math.max(0, peak[0] - margin); y <= Math.min(height - 1, peak[0] + margin); y++)
                for (int x = Math.max(0, peak[1] - margin); x <= Math.min(width - 1, peak[1] + margin); x++) {
                    int down = y - peak[0], right = x - peak[1];
                    if (there[y * width + x] && down * down + right * right <= margin * margin) return true;
                }
            return false;
        }

        List<Row> rows(List<String> methods) {
            var rows = new ArrayList<Row>();
            for (int m = 0; m < sums.length; m++) {
                var s = sums[m];
                Optional<Faithfulness> check = forgetful == null
                        ? Optional.empty()
                        : Optional.of(new Faithfulness(s[3] / right, s[4] / right, s[5] / right, s[6] / right));
                rows.add(new Row(methods.get(m), s[0] / right, s[1] / right, s[2] / right, check));
            }
            return rows;
        }
    }

    /** A table, for people. */
    @Override
    public String toString() {
        var text = new StringBuilder(String.format(
                Locale.ROOT,
                "%s on %s: %d of %d pictures show what it says, on %.1f %% of the picture%n%-15s %9s %9s %9s",
                model,
                data,
                right,
                pictures,
                100 * area,
                "method",
                "pointing",
                "exact",
                "inside"));
        boolean checked = methods.stream().anyMatch(row -> row.check.isPresent());
        if (checked) text.append("  deletion  insertion    ROAD  as random weights'");
        for (var row : methods) {
            text.append(String.format(
                    Locale.ROOT,
                    "%n%-15s %7.1f %% %7.1f %% %7.1f %%",
                    row.method,
                    100 * row.pointing,
                    100 * row.exact,
                    100 * row.inside));
            row.check.ifPresent(c -> text.append(String.format(
                    Locale.ROOT,
                    " %9.3f %10.3f %+7.3f %8.2f%s",
                    c.deletion(),
                    c.insertion(),
                    c.road(),
                    c.random(),
                    c.ignoresWeights() ? ": shows the picture more than the network" : "")));
        }
        return text.toString();
    }
}
