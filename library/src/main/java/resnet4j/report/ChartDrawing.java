package resnet4j.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import resnet4j.report.Chart.Mark;
import resnet4j.report.Chart.Point;
import resnet4j.report.Chart.Series;

/** One drawing in the making: where the plot lies and what is taken already. */
final class ChartDrawing {
    private static final int WIDTH = 560;
    private static final int HEIGHT = 320;
    private static final int RIGHT = 16;
    private static final int BOTTOM = 46;
    private static final int LEGEND_ROW = 20;
    private static final double FONT = 13; // as in page.css
    private static final double CHARACTER = 0.56 * FONT; // mean width, to place labels by

    private final Chart chart;
    private final Chart.Axis x, y;
    private final List<Series> series;
    private final Markup svg = new Markup();
    private final Ticks xs;
    private final Ticks ys;
    private final double left;
    private final double top;
    private final List<Box> taken = new ArrayList<>();

    ChartDrawing(Chart chart, Ticks xs, Ticks ys) {
        this.chart = chart;
        this.x = chart.x();
        this.y = chart.y();
        this.series = chart.series();
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
                chart.description());
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
                    "line", "class", "grid", "x1", round(left), "x2", WIDTH - RIGHT, "y1", round(at), "y2", round(at));
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
            svg.empty("line", "class", "mark", "x1", round(at), "x2", round(at), "y1", bottom(), "y2", bottom() + 5);
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
            if (!chart.holds(p)) continue;
            double r = s.mark() == Mark.POINTS ? 5 : 3;
            svg.open("circle", "class", colour + " dot", "cx", round(across(p)), "cy", round(down(p)), "r", r);
            svg.leaf("title", (p.label().isEmpty() ? s.name() : p.label()) + ": " + tip(p))
                    .close();
            taken.add(new Box(across(p) - r, down(p) - r, across(p) + r, down(p) + r));
        }
    }

    private String tip(Point p) {
        return y.spoken(p.y()) + " at " + x.spoken(p.x());
    }

    private String path(List<Point> points) {
        var d = new StringBuilder();
        boolean drawing = false;
        for (Point p : points) {
            if (chart.holds(p))
                d.append(drawing ? 'L' : 'M')
                        .append(round(across(p)))
                        .append(' ')
                        .append(round(down(p)));
            drawing = chart.holds(p);
        }
        return d.toString();
    }

    /** Puts every label right of its point, or where it covers the least. */
    private void labels() {
        for (Series s : series)
            for (Point p : s.points()) {
                if (p.label().isEmpty() || !chart.holds(p)) continue;
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
