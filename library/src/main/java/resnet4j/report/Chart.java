package resnet4j.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * Numbers against numbers, as SVG: lines, points, or both, with axes at round numbers and a legend. Colours come from
 * the page's style, so the chart follows light and dark. Points with a coordinate that is not finite, or not positive
 * on a logarithmic axis, are left out, and interrupt their line.
 *
 * @param title what it shows; read aloud with a summary of every series
 */
public record Chart(String title, Axis x, Axis y, List<Series> series) {
    public Chart {
        series = List.copyOf(series);
    }

    /**
     * An axis.
     *
     * @param label   what is along it, with the unit
     * @param scale   how values are laid out along it
     * @param percent values are shares; shown times 100 with a percent sign
     */
    public record Axis(String label, Scale scale, boolean percent) {
        /** Steps of equal sums, or of equal factors. */
        public enum Scale {
            LINEAR,
            LOGARITHMIC,
            /** Logarithmic, with its ticks at powers of two. */
            DOUBLING
        }

        public static Axis of(String label) {
            return new Axis(label, Scale.LINEAR, false);
        }

        public Axis logarithmic() {
            return new Axis(label, Scale.LOGARITHMIC, percent);
        }

        public Axis doubling() {
            return new Axis(label, Scale.DOUBLING, percent);
        }

        public Axis inPercent() {
            return new Axis(label, scale, true);
        }

        private boolean log() {
            return scale != Scale.LINEAR;
        }

        private boolean holds(double value) {
            return Double.isFinite(value) && !(log() && value <= 0);
        }

        private double shown(double value) {
            return percent ? 100 * value : value;
        }

        private Ticks ticks(List<Point> points, ToDoubleFunction<Point> coordinate, int about, boolean snap) {
            double min = Double.POSITIVE_INFINITY;
            double max = Double.NEGATIVE_INFINITY;
            for (Point p : points) {
                double value = shown(coordinate.applyAsDouble(p));
                min = Math.min(min, value);
                max = Math.max(max, value);
            }
            return switch (scale) {
                case LINEAR -> Ticks.linear(snap && min > 0 && min < max / 3 ? 0 : min, max, about, snap);
                case LOGARITHMIC -> Ticks.log(min, max);
                case DOUBLING -> Ticks.doubling(min, max);
            };
        }
    }

    /** How a series is drawn. */
    public enum Mark {
        LINE,
        LINE_AND_POINTS,
        POINTS
    }

    /** Points under one name in the legend; lines join them in order. */
    public record Series(String name, Mark mark, List<Point> points) {
        public Series {
            points = List.copyOf(points);
        }
    }

    /** A point, and the text beside it; empty for none. */
    public record Point(double x, double y, String label) {
        public Point(double x, double y) {
            this(x, y, "");
        }
    }

    private static final int WIDTH = 560;
    private static final int HEIGHT = 320;
    private static final int RIGHT = 16;
    private static final int BOTTOM = 46;
    private static final int LEGEND_ROW = 20;
    private static final double FONT = 13; // as in page.css
    private static final double CHARACTER = 0.56 * FONT; // mean width, to place labels by

    /** Whether there is a point to draw. */
    boolean isEmpty() {
        return drawn().isEmpty();
    }

    private List<Point> drawn() {
        return series.stream()
                .flatMap(s -> s.points().stream())
                .filter(this::holds)
                .toList();
    }

    private boolean holds(Point p) {
        return x.holds(p.x()) && y.holds(p.y());
    }

    /** The drawing; it scales to the width it is given. */
    Markup svg() {
        List<Point> drawn = drawn();
        if (drawn.isEmpty()) throw new IllegalStateException(title + ": expected at least one point, got none");
        boolean scatter = series.stream().allMatch(s -> s.mark() == Mark.POINTS);
        Ticks xs = x.ticks(drawn, Point::x, 7, scatter);
        Ticks ys = y.ticks(drawn, Point::y, 5, true);
        return new Drawing(xs, ys).draw();
    }

    /** One sentence per series, for those who do not see the drawing. */
    String description() {
        var text = new StringBuilder(title + ": " + y.label() + " against " + x.label() + ".");
        for (Series s : series) {
            List<Point> points = s.points().stream().filter(this::holds).toList();
            if (points.isEmpty()) continue;
            text.append(' ').append(s.name()).append(": ");
            if (s.mark() == Mark.POINTS) {
                text.append(points.size()).append(points.size() == 1 ? " point." : " points.");
            } else {
                Point first = points.get(0);
                Point last = points.get(points.size() - 1);
                text.append(value(first.y())).append(" at ").append(number(x.shown(first.x())));
                text.append(" to ")
                        .append(value(last.y()))
                        .append(" at ")
                        .append(number(last.x()))
                        .append('.');
            }
        }
        return text.toString();
    }

    private String value(double v) {
        return y.percent() ? number(100 * v) + "%" : number(v);
    }

    private static String number(double v) {
        var rounded = new BigDecimal(v).round(new MathContext(4)).stripTrailingZeros();
        return Math.abs(v) < 1e-4 ? rounded.toString() : rounded.toPlainString();
    }

    /** One drawing in the making: where the plot lies and what is taken already. */
    private final class Drawing {
        private final Markup svg = new Markup();
        private final Ticks xs;
        private final Ticks ys;
        private final double left;
        private final double top;
        private final List<Box> taken = new ArrayList<>();

        Drawing(Ticks xs, Ticks ys) {
            this.xs = xs;
            this.ys = ys;
            int widest = ys.labels().stream().mapToInt(String::length).max().orElse(1) + (y.percent() ? 1 : 0);
            this.left = 14 + CHARACTER * widest;
            this.top = 32 + (series.size() > 1 ? 4 + legendPlaces().get(series.size() - 1).bottom : 0);
        }

        Markup draw() {
            svg.open(
                    "svg",
                    "class",
                    "chart",
                    "viewBox",
                    "0 0 " + WIDTH + " " + HEIGHT,
                    "role",
                    "img",
                    "aria-label",
                    description());
            grid();
            if (series.size() > 1) legend();
            for (int s = 0; s < series.size(); s++) series(series.get(s), colour(s));
            labels();
            return svg.close();
        }

        private void grid() {
            svg.leaf("text", y.label(), "class", "axis", "x", 0, "y", round(top - 16));
            for (int i = 0; i < ys.at().size(); i++) {
                double at = bottom() - ys.place(ys.at().get(i), y.log()) * (bottom() - top);
                svg.empty(
                        "line",
                        "class",
                        "grid",
                        "x1",
                        round(left),
                        "x2",
                        WIDTH - RIGHT,
                        "y1",
                        round(at),
                        "y2",
                        round(at));
                svg.leaf(
                        "text",
                        ys.labels().get(i) + (y.percent() ? "%" : ""),
                        "class",
                        "tick",
                        "x",
                        round(left - 8),
                        "y",
                        round(at + 4.5),
                        "text-anchor",
                        "end");
            }
            for (int i = 0; i < xs.at().size(); i++) {
                double at = left + xs.place(xs.at().get(i), x.log()) * (WIDTH - RIGHT - left);
                svg.empty(
                        "line", "class", "mark", "x1", round(at), "x2", round(at), "y1", bottom(), "y2", bottom() + 5);
                svg.leaf(
                        "text",
                        xs.labels().get(i) + (x.percent() ? "%" : ""),
                        "class",
                        "tick",
                        "x",
                        round(at),
                        "y",
                        bottom() + 19,
                        "text-anchor",
                        "middle");
            }
            svg.empty("line", "class", "mark", "x1", round(left), "x2", WIDTH - RIGHT, "y1", bottom(), "y2", bottom());
            svg.leaf("text", x.label(), "class", "axis", "x", WIDTH - RIGHT, "y", HEIGHT - 6, "text-anchor", "end");
        }

        /** The seventh has the first one's colour, in dashes. */
        private static String colour(int series) {
            return "s" + (series % 6 + 1) + (series / 6 % 2 == 0 ? "" : " dashed");
        }

        private void legend() {
            List<Box> places = legendPlaces();
            for (int s = 0; s < series.size(); s++) {
                Series one = series.get(s);
                double at = places.get(s).left;
                double down = places.get(s).top;
                String colour = colour(s);
                if (one.mark() != Mark.POINTS)
                    svg.empty(
                            "line",
                            "class",
                            colour + " line",
                            "x1",
                            round(at),
                            "x2",
                            round(at + 20),
                            "y1",
                            round(down + 12),
                            "y2",
                            round(down + 12));
                if (one.mark() != Mark.LINE)
                    svg.empty("circle", "class", colour + " dot", "cx", round(at + 10), "cy", round(down + 12), "r", 4);
                svg.leaf("text", one.name(), "class", "name", "x", round(at + 27), "y", round(down + 16.5));
            }
        }

        /** Where each name stands with its mark: beside each other, in as many rows as they need. */
        private List<Box> legendPlaces() {
            var places = new ArrayList<Box>();
            double at = 0;
            double down = 0;
            for (Series one : series) {
                double width = 27 + CHARACTER * one.name().length();
                if (at > 0 && at + width > WIDTH) {
                    at = 0;
                    down += LEGEND_ROW;
                }
                places.add(new Box(at, down, at + width, down + LEGEND_ROW));
                at += width + 22;
            }
            return places;
        }

        private void series(Series s, String colour) {
            if (s.mark() != Mark.POINTS) {
                String path = path(s.points());
                if (!path.isEmpty()) svg.empty("path", "class", colour + " line", "d", path);
            }
            if (s.mark() == Mark.LINE) return;
            for (Point p : s.points()) {
                if (!holds(p)) continue;
                double r = s.mark() == Mark.POINTS ? 5 : 3;
                svg.open("circle", "class", colour + " dot", "cx", round(across(p)), "cy", round(down(p)), "r", r);
                svg.leaf("title", (p.label().isEmpty() ? s.name() : p.label()) + ": " + tip(p))
                        .close();
                taken.add(new Box(across(p) - r, down(p) - r, across(p) + r, down(p) + r));
            }
        }

        private String tip(Point p) {
            return value(p.y()) + " at " + number(x.shown(p.x())) + (x.percent() ? "%" : "");
        }

        private String path(List<Point> points) {
            var d = new StringBuilder();
            boolean drawing = false;
            for (Point p : points) {
                if (holds(p))
                    d.append(drawing ? 'L' : 'M')
                            .append(round(across(p)))
                            .append(' ')
                            .append(round(down(p)));
                drawing = holds(p);
            }
            return d.toString();
        }

        /** Puts every label right of its point, or where it covers the least. */
        private void labels() {
            for (Series s : series)
                for (Point p : s.points()) {
                    if (p.label().isEmpty() || !holds(p)) continue;
                    double px = across(p);
                    double py = down(p);
                    double w = CHARACTER * p.label().length();
                    Box best = null;
                    double least = Double.POSITIVE_INFINITY;
                    for (Box box : List.of(
                            new Box(px + 9, py - 7, px + 9 + w, py + 7),
                            new Box(px - w / 2, py - 22, px + w / 2, py - 8),
                            new Box(px - 9 - w, py - 7, px - 9, py + 7),
                            new Box(px - w / 2, py + 8, px + w / 2, py + 22))) {
                        double cost = box.outside() * 10;
                        for (Box other : taken) cost += box.shared(other);
                        if (cost < least) {
                            least = cost;
                            best = box;
                        }
                    }
                    taken.add(best);
                    svg.leaf("text", p.label(), "class", "name", "x", round(best.left), "y", round(best.top + 11.5));
                }
        }

        private double across(Point p) {
            return left + xs.place(x.shown(p.x()), x.log()) * (WIDTH - RIGHT - left);
        }

        private double down(Point p) {
            return bottom() - ys.place(y.shown(p.y()), y.log()) * (bottom() - top);
        }

        private int bottom() {
            return HEIGHT - BOTTOM;
        }
    }

    private record Box(double left, double top, double right, double bottom) {
        double shared(Box o) {
            double w = Math.min(right, o.right) - Math.max(left, o.left);
            double h = Math.min(bottom, o.bottom) - Math.max(top, o.top);
            return w > 0 && h > 0 ? w * h : 0;
        }

        double outside() {
            double area = (right - left) * (bottom - top);
            return area - shared(new Box(0, 0, WIDTH, HEIGHT - BOTTOM));
        }
    }

    private static String round(double v) {
        String text = String.format(Locale.ROOT, "%.1f", v);
        return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }
}
