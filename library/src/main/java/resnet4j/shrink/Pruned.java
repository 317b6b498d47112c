package resnet4j.shrink;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import resnet4j.compress.Budget;
import resnet4j.compress.Pruning;
import resnet4j.compress.Subject;

/**
 * What became of a pruned network.
 *
 * @param runs   of fine-tuning, one for each round; none without
 * @param layers how many channels each group of layers had and has
 */
public record Pruned(
        String model, Path out, Pruning pruning, Side before, Side after, List<Path> runs, List<Cut> layers) {
    public Pruned {
        runs = List.copyOf(runs);
        layers = List.copyOf(layers);
    }

    /**
     * @param top1   of a classifier; absent without pictures to measure on
     * @param miou   of a network that answers for each pixel; absent likewise
     * @param boxMap of a detector; absent likewise
     * @param macs   for a picture; of a detector for one of its size, with as many boxes as it looks at
     * @param millis for {@link Budget#batch} pictures, by a plan
     */
    public record Side(
            Optional<Double> top1,
            Optional<Double> miou,
            Optional<Double> boxMap,
            long macs,
            long parameters,
            double millis) {
        static Side of(Optional<Subject.Score> score, long macs, long parameters, double millis) {
            return new Side(
                    where("top1", score), where("miou", score), where("boxMap", score), macs, parameters, millis);
        }

        private static Optional<Double> where(String headline, Optional<Subject.Score> score) {
            return score.filter(s -> s.headline().equals(headline)).map(Subject.Score::value);
        }

        private String line(String when, int batch) {
            return String.format(
                            Locale.ROOT,
                            "%-7s %,d multiply-adds, %,d parameters, %.2f ms for %d",
                            when,
                            macs,
                            parameters,
                            millis,
                            batch)
                    + top1.map(t -> String.format(Locale.ROOT, ", top-1 %.2f %%", 100 * t))
                            .orElse("")
                    + miou.map(t -> String.format(Locale.ROOT, ", mean IoU %.3f", t))
                            .orElse("")
                    + boxMap.map(t -> String.format(Locale.ROOT, ", boxes' average precision %.3f", t))
                            .orElse("");
        }
    }

    /** @param name the first layer that makes these channels */
    public record Cut(String name, int before, int after) {}

    /** In lines, for people. */
    @Override
    public String toString() {
        int batch = pruning.budget().batch();
        var lines = new ArrayList<>(List.of(before.line("before", batch), after.line("after", batch)));
        for (var cut : layers)
            if (cut.after < cut.before)
                lines.add(String.format(Locale.ROOT, "  %-40s %d of %d channels", cut.name, cut.after, cut.before));
        lines.add(out.toString());
        return String.join(System.lineSeparator(), lines);
    }
}
