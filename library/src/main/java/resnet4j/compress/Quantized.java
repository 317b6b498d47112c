package resnet4j.compress;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import resnet4j.graph.Graph;

/**
 * What became of a network in eight bits.
 *
 * @param out absent where the gate did not pass: then nothing was written
 */
public record Quantized(
        String model,
        Optional<Path> out,
        long fileBytes,
        Side before,
        Side after,
        Gate gate,
        List<LayerResult> layers) {
    private static final int SHOWN_LAYERS = 5;

    public Quantized {
        layers = List.copyOf(layers);
    }

    /**
     * @param top1   of a classifier; absent without pictures to measure on
     * @param miou   of a network that answers for each pixel; absent likewise
     * @param boxMap of a detector; absent likewise
     * @param bytes  of the weights
     * @param millis for one picture, by plans
     */
    public record Side(
            Optional<Double> top1, Optional<Double> miou, Optional<Double> boxMap, long bytes, double millis) {
        public static Side unmeasured(long bytes, double millis) {
            return new Side(Optional.empty(), Optional.empty(), Optional.empty(), bytes, millis);
        }

        /** @param headline the score's name: that of one of the first components */
        public static Side of(String headline, double score, long bytes, double millis) {
            return new Side(
                    where("top1", headline, score),
                    where("miou", headline, score),
                    where("boxMap", headline, score),
                    bytes,
                    millis);
        }

        private static Optional<Double> where(String name, String headline, double score) {
            return name.equals(headline) ? Optional.of(score) : Optional.empty();
        }

        /** Of all constants of graphs. */
        public static long bytes(Collection<Graph> graphs) {
            return graphs.stream()
                    .flatMap(graph -> graph.constants().values().stream())
                    .mapToLong(t -> t.elements() * t.dtype().bytes)
                    .sum();
        }

        /** The one that was measured. */
        public Optional<Double> score() {
            return top1.or(() -> miou).or(() -> boxMap);
        }

        private String line(String when) {
            return String.format(Locale.ROOT, "%-7s %,12d bytes of weights, %.2f ms a picture", when, bytes, millis)
                    + top1.map(t -> String.format(Locale.ROOT, ", top-1 %.2f %%", 100 * t))
                            .orElse("")
                    + miou.map(t -> String.format(Locale.ROOT, ", mean IoU %.3f", t))
                            .orElse("")
                    + boxMap.map(t -> String.format(Locale.ROOT, ", boxes' average precision %.3f", t))
                            .orElse("");
        }
    }

    /** @param passed absent where nothing was measured */
    public record Gate(double maxDrop, Optional<Boolean> passed) {}

    /** @param sensitivity how much the layer alone, in eight bits, moves the logits: squares of changes by squares */
    public record LayerResult(String name, String type, double sensitivity) {}

    /** Whether it was good enough, or nothing was measured. */
    public boolean passed() {
        return gate.passed.orElse(true);
    }

    /** In lines, for people. */
    @Override
    public String toString() {
        var lines = new ArrayList<>(List.of(before.line("before"), after.line("after")));
        layers.stream()
                .sorted(Comparator.comparingDouble(LayerResult::sensitivity).reversed())
                .limit(SHOWN_LAYERS)
                .forEach(l -> lines.add(
                        String.format(Locale.ROOT, "  %-40s %s, sensitivity %.2g", l.name, l.type, l.sensitivity)));
        lines.add(out.map(file -> String.format(Locale.ROOT, "%s: %,d bytes", file, fileBytes))
                .orElse("nothing written: it fell by more than " + gate.maxDrop
                        + "; keep the most sensitive layers in floats with --keep, or allow more with --max-drop"));
        return String.join(System.lineSeparator(), lines);
    }
}
