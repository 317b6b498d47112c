package resnet4j.bench;

import java.util.List;
import java.util.Optional;

/**
 * What was measured side by side.
 *
 * @param sameAnswers whether those that have the same weights gave the same answers
 */
record Report(Machine machine, double seconds, int rounds, boolean sameAnswers, List<Measured> work) {
    /**
     * @param load  the machine's load average before the first measurement: above 0, others were at work
     * @param still what the machine itself takes from whoever computes
     */
    record Machine(
            String cpu,
            List<String> has,
            int cores,
            int threads,
            String os,
            String java,
            String libtorch,
            double load,
            Stillness still) {}

    /**
     * A contender's measurements.
     *
     * @param rounds     images a second of each process; {@code imagesPerSecond} is their median, and what follows it is
     *                   of the process in the middle
     * @param difference largest difference of its logits to the reference, relative to the largest logit
     * @param failure    why there are no measurements
     */
    record Line(
            String engine,
            String precision,
            Optional<Double> imagesPerSecond,
            List<Double> rounds,
            Optional<Double> medianMillis,
            Optional<Double> p99Millis,
            Optional<Long> peakRssBytes,
            Optional<Double> outsideLibtorchShare,
            Optional<Double> difference,
            Optional<String> failure) {}

    record Ratio(String ours, String peer, double ratio, double goal) {}

    record Measured(String model, String mode, int batch, List<Line> lines, List<Ratio> ratios) {}
}
