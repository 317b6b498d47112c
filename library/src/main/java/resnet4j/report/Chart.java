package resnet4j.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Comparator;
import java.util.List;
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

        boolean log() {
            return scale != Scale.LINEAR;
        }

        private boolean holds(double value) {
            return Double.isFinite(value) && !(log() && value <= 0);
        }

        double shown(double value) {
            return percent ? 100 * value : value;
        }

        /** A value in words: {@code 12.5%}, {@code 0.001}. */
        String spoken(double value) {
            double v = shown(value);
            var rounded = new BigDecimal(v).round(new MathContext(4)).stripTrailingZeros();
            return (Math.abs(v) < 1e-4 ? rounded.toString() : rounded.toPlainString()) + (percent ? "%" : "");
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

    boolean holds(Point p) {
        return x.holds(p.x()) && y.holds(p.y());
    }

    /** The drawing; it scales to the width it is given. */
    Markup svg() {
        List<Point> drawn = drawn();
        if (drawn.isEmpty()) throw new IllegalStateException(title + ": expected at least one point, got none");
        boolean scatter = series.stream().allMatch(s -> s.mark() == Mark.POINTS);
        Ticks xs = x.ticks(drawn, Point::x, 7, scatter);
        Ticks ys = y.ticks(drawn, Point::y, 5, true);
        return new ChartDrawing(this, xs, ys).draw();
    }

    /** One sentence per series, for those who do not see the drawing. */
    String description() {
        var text = new StringBuilder(title + ": " + y.label() + " against " + x.label() + ".");
        for (Series s : series) {
            List<Point> points = s.points().stream().filter(this::holds).toList();
            if (points.isEmpty()) continue;
            text.append(' ').append(s.name()).append(": ");
            if (s.mark() == Mark.POINTS) text.append(points.size()).append(points.size() == 1 ? " point." : " points.");
            else text.append(course(points)).append('.');
        }
        return text.toString();
    }

    /** Where a line begins and ends, and where it is least and most, if that is in between. */
    private String course(List<Point> points) {
        Point first = points.get(0), last = points.get(points.size() - 1);
        if (points.size() == 1) return spoken(first);
        var text = new StringBuilder(spoken(first) + " to " + spoken(last));
        var byValue = Comparator.comparingDouble(Point::y);
        Point least = points.stream().min(byValue).orElseThrow();
        Point most = points.stream().max(byValue).orElseThrow();
        if (least.y() < Math.min(first.y(), last.y())) text.append(", least ").append(spoken(least));
        if (most.y() > Math.max(first.y(), last.y())) text.append(", most ").append(spoken(most));
        return text.toString();
    }

    private String spoken(Point point) {
        return y.spoken(point.y()) + " at " + x.spoken(point.x());
    }
}
