package resnet4j.report;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import resnet4j.report.Chart.Point;
import resnet4j.run.Line;
import resnet4j.run.RunFolder;

/**
 * The course of a run. Where a resumed run wrote a step or an epoch again, the later writing counts, with nothing that
 * the first one had after it.
 */
final class History {
    private static final int SHOWN = 400; // more points than a chart of this width can show

    private final TreeMap<Long, Line.Step> steps = new TreeMap<>();
    private final TreeMap<Integer, Line.Epoch> epochs = new TreeMap<>();

    private History() {}

    static History of(RunFolder run) throws IOException {
        var history = new History();
        for (var line : run.history()) {
            if (line instanceof Line.Epoch epoch) put(history.epochs, epoch.epoch(), epoch);
            if (line instanceof Line.Step step) put(history.steps, step.step(), step);
        }
        return history;
    }

    private static <K, V> void put(TreeMap<K, V> map, K key, V line) {
        map.tailMap(key, true).clear();
        map.put(key, line);
    }

    int epochs() {
        return epochs.size();
    }

    /** The number of the last step; 0 without steps. */
    long lastStep() {
        return steps.isEmpty() ? 0 : steps.lastKey();
    }

    /** A number over the steps, against epochs done; NaN is no point. Of many steps, the means of neighbours. */
    List<Point> perStep(ToDoubleFunction<Line.Step> number) {
        var raw = new ArrayList<Point>();
        var ends = new TreeMap<Integer, Long>(); // epoch to its last step
        steps.forEach((step, line) -> ends.put(line.epoch(), step));
        var order = List.copyOf(ends.keySet());
        steps.forEach((step, line) -> {
            double value = number.applyAsDouble(line);
            if (Double.isNaN(value)) return;
            int epoch = order.indexOf(line.epoch());
            double start = epoch == 0 ? 0 : ends.get(order.get(epoch - 1));
            double end = ends.get(order.get(epoch));
            boolean running = epoch > 0 && !epochs.isEmpty() && !epochs.containsKey(order.get(epoch));
            if (running) end = start + start / epoch; // as long as those before it
            raw.add(new Point(epoch + (end > start ? (step - start) / (end - start) : 1), value));
        });
        return thinned(raw);
    }

    private static List<Point> thinned(List<Point> raw) {
        if (raw.size() <= SHOWN) return raw;
        var means = new ArrayList<Point>();
        for (int i = 0; i < SHOWN; i++) {
            var near = raw.subList((int) ((long) raw.size() * i / SHOWN), (int) ((long) raw.size() * (i + 1) / SHOWN));
            means.add(new Point(mean(near, Point::x), mean(near, Point::y)));
        }
        return means;
    }

    private static double mean(List<Point> points, ToDoubleFunction<Point> coordinate) {
        return points.stream().mapToDouble(coordinate).average().orElseThrow();
    }

    /** A number over the epochs, against epochs done; NaN is no point. */
    List<Point> perEpoch(ToDoubleFunction<Line.Epoch> number) {
        var points = new ArrayList<Point>();
        int done = 0;
        for (var line : epochs.values()) {
            done++;
            double value = number.applyAsDouble(line);
            if (!Double.isNaN(value)) points.add(new Point(done, value));
        }
        return points;
    }

    /** The middle value of a number over the steps; NaN without any. */
    double median(ToDoubleFunction<Line.Step> number) {
        double[] values = steps.values().stream()
                .mapToDouble(number)
                .filter(Double::isFinite)
                .sorted()
                .toArray();
        return values.length == 0 ? Double.NaN : (values[(values.length - 1) / 2] + values[values.length / 2]) / 2;
    }

    /** The names of the numbers that training had, the loss first. */
    Set<String> trained() {
        var names = new LinkedHashSet<String>();
        steps.values().forEach(line -> names.addAll(line.train().keySet()));
        epochs.values().forEach(line -> names.addAll(line.train().keySet()));
        return names;
    }
}
