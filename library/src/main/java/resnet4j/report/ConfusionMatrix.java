package resnet4j.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Which class was taken for which.
 *
 * @param counts {@code [truth][prediction]}
 * @param unit   what is counted, several of them
 */
record ConfusionMatrix(List<String> classes, long[][] counts, String unit) {
    /** Beyond this many classes a drawing could not be read. */
    static final int DRAWN = 100;

    private static final double DARK = 0.78; // from this opacity on, the paper's colour reads better than the ink's

    /** How often {@code truth} was taken for {@code prediction}, and of how many. */
    record Pair(int truth, int prediction, long count, long of) {}

    /** The pairs of two classes confused most often, at most {@code limit}. */
    List<Pair> mostConfused(int limit) {
        var pairs = new ArrayList<Pair>();
        for (int t = 0; t < counts.length; t++) {
            long of = sum(counts[t]);
            for (int p = 0; p < counts.length; p++)
                if (t != p && counts[t][p] > 0) pairs.add(new Pair(t, p, counts[t][p], of));
        }
        pairs.sort(Comparator.comparingLong(Pair::count).reversed()); // stable: then by class
        return pairs.subList(0, Math.min(limit, pairs.size()));
    }

    Markup markup() {
        boolean drawn = classes.size() <= DRAWN;
        var content = new Markup().open("div", "class", classes.size() > 16 || !drawn ? "matrix wide" : "matrix");
        if (drawn)
            content.open("figure", "class", "scroll", "tabindex", 0, "role", "group", "aria-label", "Confusion matrix")
                    .add(svg())
                    .close();
        var pairs = mostConfused(10);
        if (!pairs.isEmpty())
            content.add(new Block.Table(
                            "Most often confused",
                            List.of(
                                    "True",
                                    "Taken for",
                                    "#" + unit.substring(0, 1).toUpperCase(Locale.ROOT) + unit.substring(1),
                                    "#Of its class"),
                            pairs.stream()
                                    .map(pair -> List.of(
                                            classes.get(pair.truth()),
                                            classes.get(pair.prediction()),
                                            Amounts.count(pair.count()),
                                            Amounts.percent1((double) pair.count() / pair.of())))
                                    .toList())
                    .markup());
        return content.close();
    }

    /** A heat map: a row for each true class, shaded by the share of the row. */
    Markup svg() {
        int n = classes.size();
        double cell = n <= 4 ? 84 : n <= 12 ? 46 : n <= 30 ? 27 : 9;
        double font = n <= 12 ? 13 : n <= 30 ? 11.5 : 7.8;
        int longest = n <= 30 ? 24 : 26;
        double band = 10
                + 0.56
                        * font
                        * Math.min(
                                longest,
                                classes.stream().mapToInt(String::length).max().orElse(0));
        boolean level = n <= 4 && band < cell + 8; // short names of few classes need no turning
        double left = band + 22;
        double top = (level ? 26 : band) + 22;
        double width = left + n * cell + 1;
        double height = top + n * cell + 1;
        var svg = new Markup();
        svg.open(
                "svg",
                "class",
                "heat",
                "viewBox",
                "0 0 " + number(width) + " " + number(height),
                "style",
                "max-width:" + number(width * (n <= 4 ? 1.15 : 1)) + "px",
                "role",
                "img",
                "aria-label",
                description());
        svg.leaf("text", "Predicted", "class", "axis", "x", number(left), "y", 11);
        svg.leaf(
                "text",
                "True",
                "class",
                "axis",
                "text-anchor",
                "end",
                "transform",
                "translate(11 " + number(top) + ") rotate(-90)");
        String size = "font-size:" + number(font) + "px";
        for (int c = 0; c < n; c++) {
            double middle = (c + 0.5) * cell;
            String name = shortened(classes.get(c), longest);
            named(
                            svg,
                            c,
                            "text",
                            "style",
                            size,
                            "text-anchor",
                            "end",
                            "x",
                            number(left - 8),
                            "y",
                            number(top + middle + font * 0.35))
                    .text(name)
                    .close();
            if (level)
                named(
                                svg,
                                c,
                                "text",
                                "style",
                                size,
                                "text-anchor",
                                "middle",
                                "x",
                                number(left + middle),
                                "y",
                                number(top - 9))
                        .text(name)
                        .close();
            else
                named(
                                svg,
                                c,
                                "text",
                                "style",
                                size,
                                "transform",
                                "translate(" + number(left + middle + font * 0.35) + " " + number(top - 8)
                                        + ") rotate(-90)")
                        .text(name)
                        .close();
        }
        svg.empty(
                "rect",
                "class",
                "cell",
                "x",
                number(left),
                "y",
                number(top),
                "width",
                number(n * cell),
                "height",
                number(n * cell));
        for (int t = 0; t < n; t++) {
            long of = sum(counts[t]);
            for (int p = 0; p < n; p++) if (counts[t][p] > 0) cell(svg, t, p, of, left, top, cell);
        }
        return svg.close();
    }

    /** Opens an element with the whole class name as its tip. */
    private Markup named(Markup svg, int c, String tag, Object... attributes) {
        return svg.open(tag, attributes).leaf("title", classes.get(c));
    }

    private void cell(Markup svg, int t, int p, long of, double left, double top, double cell) {
        double share = (double) counts[t][p] / of;
        // errors are rare where a network is any good: the root lets them be seen
        double opacity = t == p ? 0.12 + 0.88 * share : Math.min(1, 0.08 + 0.92 * Math.sqrt(share));
        double gap = cell > 20 ? 1 : 0.5;
        double x = left + p * cell;
        double y = top + t * cell;
        String tip = String.format(
                Locale.ROOT,
                t == p ? "%s: %,d of %,d found (%.1f%%)" : "%s: %,d of %,d (%.1f%%) taken for %s",
                classes.get(t),
                counts[t][p],
                of,
                100 * share,
                classes.get(p));
        svg.open(
                "rect",
                "class",
                t == p ? "hit" : "miss",
                "fill-opacity",
                String.format(Locale.ROOT, "%.2f", opacity),
                "x",
                number(x + gap / 2),
                "y",
                number(y + gap / 2),
                "width",
                number(cell - gap),
                "height",
                number(cell - gap),
                "rx",
                cell > 20 ? 2 : null);
        svg.leaf("title", tip).close();
        if (cell < 20) return;
        String text = counts[t][p] < 100_000 ? Long.toString(counts[t][p]) : Amounts.compact(counts[t][p]);
        double font = Math.min(cell > 60 ? 20 : cell > 30 ? 14 : 11, cell / (0.62 * text.length()));
        svg.leaf(
                "text",
                text,
                "class",
                opacity > DARK ? "count on" : "count",
                "style",
                "font-size:" + number(font) + "px;pointer-events:none",
                "x",
                number(x + cell / 2),
                "y",
                number(y + cell / 2 + font * 0.35));
    }

    private String description() {
        long right = 0;
        long all = 0;
        for (int t = 0; t < counts.length; t++) {
            right += counts[t][t];
            all += sum(counts[t]);
        }
        var text = new StringBuilder(String.format(
                Locale.ROOT,
                "Confusion matrix of %d classes: %,d of %,d %s on the diagonal.",
                classes.size(),
                right,
                all,
                unit));
        for (Pair pair : mostConfused(3))
            text.append(String.format(
                    Locale.ROOT,
                    " %s taken for %s: %,d of %,d.",
                    classes.get(pair.truth()),
                    classes.get(pair.prediction()),
                    pair.count(),
                    pair.of()));
        return text.toString();
    }

    private static String shortened(String name, int longest) {
        if (name.codePointCount(0, name.length()) <= longest) return name;
        int start = name.offsetByCodePoints(0, longest / 2);
        int end = name.offsetByCodePoints(name.length(), -(longest - longest / 2 - 1));
        return name.substring(0, start) + "\u2026" + name.substring(end); // names often differ at their ends
    }

    private static long sum(long[] row) {
        long sum = 0;
        for (long count : row) sum += count;
        return sum;
    }

    private static String number(double v) {
        String text = String.format(Locale.ROOT, "%.1f", v);
        return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }
}
