package resnet4j.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import resnet4j.Classifier;
import resnet4j.Predicted;
import resnet4j.PredictionWriter;
import resnet4j.data.Batch;
import resnet4j.data.Label;
import resnet4j.data.Loader;
import resnet4j.eval.Timing;

/**
 * Decoding alone, the network alone, and the whole, in turns: pictures a second in the median of the rounds.
 *
 * @param loader that gives the pictures again and again, longer than any round
 */
final class FolderRounds {
    static final int MOST_PICTURES = 1 << 22;
    private static final int ROUNDS = 3, TOP = 5;

    private final Classifier classifier;
    private final Loader<Label> loader;
    private final double[] decode = new double[ROUNDS], network = new double[ROUNDS], whole = new double[ROUNDS];
    private final Timing.Samples samples = new Timing.Samples();

    FolderRounds(Classifier classifier, Loader<Label> loader) {
        this.classifier = classifier;
        this.loader = loader;
    }

    void run(double seconds) throws IOException {
        var csv = Files.createTempFile("resnet4j-bench", ".csv");
        try (var table = PredictionWriter.to(csv)) {
            Batch<Label> some;
            try (var batches = loader.epoch(0)) {
                some = batches.next();
            }
            for (int round = -1; round < ROUNDS; round++) { // the first is to warm up
                int r = Math.max(round, 0);
                double time = seconds / ROUNDS;
                decode[r] = perSecond(time, batch -> {}, new Timing.Samples());
                network[r] = perSecond(time, some);
                whole[r] = perSecond(time, batch -> answer(batch, table), round < 0 ? new Timing.Samples() : samples);
            }
        } finally {
            Files.delete(csv);
        }
    }

    private void answer(Batch<Label> batch, PredictionWriter table) throws IOException {
        var answers = classifier.classify(batch, TOP);
        for (int i = 0; i < answers.size(); i++)
            table.write(new Predicted.Classes(loader.data().name(batch.indices()[i]), answers.get(i)));
        table.flush();
    }

    double decode() {
        return median(decode);
    }

    double network() {
        return median(network);
    }

    double whole() {
        return median(whole);
    }

    /** Of the batches of the whole. */
    Timing timing() {
        return samples.timing();
    }

    private interface Work {
        void on(Batch<Label> batch) throws IOException;
    }

    private double perSecond(double seconds, Work work, Timing.Samples samples) throws IOException {
        try (var batches = loader.epoch(0)) {
            long start = System.nanoTime(), before = start, pictures = 0;
            while (true) {
                var batch = batches.next();
                work.on(batch);
                pictures += batch.size();
                long now = System.nanoTime();
                samples.add(now - before);
                before = now;
                if (now - start >= seconds * 1e9) return pictures / ((now - start) / 1e9);
            }
        }
    }

    private double perSecond(double seconds, Batch<Label> batch) {
        long start = System.nanoTime(), pictures = 0, now;
        do {
            classifier.classify(batch, TOP);
            pictures += batch.size();
            now = System.nanoTime();
        } while (now - start < seconds * 1e9);
        return pictures / ((now - start) / 1e9);
    }

    private static double median(double[] values) {
        return Arrays.stream(values)
                .sorted()
                .skip(values.length / 2)
                .findFirst()
                .orElseThrow();
    }
}
