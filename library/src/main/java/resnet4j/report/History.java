package resnet4j.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import resnet4j.config.Records;
import resnet4j.report.Chart.Point;

/**
 * The course of a run, from its {@code metrics.jsonl}: an object per line, of kind {@code step} or {@code epoch}; other
 * kinds and other fields are passed over. Where a resumed run wrote a step or an epoch again, the later writing counts,
 * with nothing that the first one had after it. A last line cut short is left out.
 */
final class History {
    private static final int SHOWN = 400; // more points than a chart of this width can show

    private final TreeMap<Integer, JsonNode> steps = new TreeMap<>();
    private final TreeMap<Integer, JsonNode> epochs = new TreeMap<>();

    private History() {}

    /** Reads a file; one that is not there is a run without history. */
    static History read(Path file) throws IOException {
        var history = new History();
        if (!Files.exists(file)) return history;
        String text = Files.readString(file);
        List<String> lines = text.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).isBlank()) continue;
            try {
                history.add(Records.parse(lines.get(i)));
            } catch (IllegalArgumentException e) {
                if (i == lines.size() - 1 && !text.endsWith("\n")) break; // the writer was stopped
                throw new IOException(
                        file + ", line " + (i + 1) + ": expected a JSON object, got " + e.getMessage(), e);
            }
        }
        return history;
    }

    private void add(JsonNode line) {
        switch (line.path("kind").asText()) {
            case "step" -> put(steps, line.path("step").asInt(), line);
            case "epoch" -> put(epochs, line.path("epoch").asInt(), line);
            default -> {}
        }
    }

    private static void put(TreeMap<Integer, JsonNode> map, int key, JsonNode line) {
        map.tailMap(key, true).clear();
        map.put(key, line);
    }

    int epochs() {
        return epochs.size();
    }

    /** The number of the last step; 0 without steps. */
    int lastStep() {
        return steps.isEmpty() ? 0 : steps.lastKey();
    }

    /**
     * A number over the steps, against epochs done. Of many steps, the means of neighbours.
     *
     * @param field name of the number; steps without it give no point
     */
    List<Point> perStep(String field) {
        var raw = new ArrayList<Point>();
        var ends = new TreeMap<Integer, Integer>(); // epoch to its last step
        steps.forEach((step, line) -> ends.put(line.path("epoch").asInt(), step));
        var order = List.copyOf(ends.keySet());
        steps.forEach((step, line) -> {
            double value = number(line.path(field));
            if (Double.isNaN(value)) return;
            int epoch = order.indexOf(line.path("epoch").asInt());
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

    /**
     * A number over the epochs, against epochs done.
     *
     * @param path name of the number, after the name of the object it is in and a slash if it is in one
     */
    List<Point> perEpoch(String path) {
        var points = new ArrayList<Point>();
        int done = 0;
        for (JsonNode line : epochs.values()) {
            done++;
            double value = number(line.at("/" + path));
            if (!Double.isNaN(value)) points.add(new Point(done, value));
        }
        return points;
    }

    /** The middle value of a number over the steps; NaN without any. */
    double median(String field) {
        double[] values = steps.values().stream()
                .mapToDouble(line -> number(line.path(field)))
                .filter(Double::isFinite)
                .sorted()
                .toArray();
        return values.length == 0 ? Double.NaN : (values[(values.length - 1) / 2] + values[values.length / 2]) / 2;
    }

    private static double number(JsonNode node) {
        return node.isNumber() ? node.asDouble() : Double.NaN;
    }
}
