package resnet4j.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import resnet4j.data.Skipped;
import resnet4j.eval.Evaluation;
import resnet4j.eval.Metrics;
import resnet4j.image.Image;

/** Runs that look like real ones, for pages to be made of; the same at each call. */
final class SampleRun {
    static final List<String> CIFAR =
            List.of("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");

    private SampleRun() {}

    static RunSummary summary(String model, String data) {
        var provenance = new LinkedHashMap<String, String>();
        provenance.put("ResNet4J", "0.1.0");
        provenance.put("libtorch", "2.10.0");
        provenance.put("Java", "17.0.15, Linux amd64");
        provenance.put("Data digest", "sha256:6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce");
        provenance.put("Started", "2026-11-20T09:31:07Z");
        return new RunSummary(
                model,
                data,
                272_474,
                40_813_184,
                "CPU, 16 threads, fp32",
                4387,
                List.of("one thing to know"),
                provenance);
    }

    /** What a network might say about {@code n} pictures: near classes are confused, and class 3 is hard. */
    static Evaluation evaluation(List<String> names, int n, double skill, List<Skipped> skipped) {
        int classes = names.size();
        var random = new Random(7);
        var metrics = new Metrics(classes, 24);
        float[] logits = new float[classes];
        for (int i = 0; i < n; i++) {
            int truth = random.nextInt(classes);
            double sure = skill * (truth % 10 == 3 ? 0.7 : 1) + 1.8 * random.nextGaussian();
            for (int c = 0; c < classes; c++) {
                int apart = Math.min(Math.floorMod(c - truth, classes), Math.floorMod(truth - c, classes));
                double near = apart > 0 && apart < 3 ? 1.2 : 0;
                logits[c] = (float) (random.nextGaussian() * 1.1 + near + (c == truth ? sure : 0));
            }
            metrics.add(logits, 1, classes, new int[] {truth}, new int[] {i});
        }
        return metrics.evaluation(names, i -> String.format(Locale.ROOT, "test/%05d.png", i), skipped);
    }

    /** A square picture of blobs for each of the mistakes. */
    static List<Image> pictures(Evaluation evaluation, int size) {
        return evaluation.mistakes().stream().map(m -> picture(size, m.index())).toList();
    }

    private static Image picture(int size, int seed) {
        var random = new Random(seed);
        double[] phase = random.doubles(12, 0, 6.3).toArray();
        byte[] rgb = new byte[size * size * 3];
        for (int y = 0; y < size; y++)
            for (int x = 0; x < size; x++)
                for (int c = 0; c < 3; c++) {
                    double v = Math.sin(7.0 * x / size + phase[c]) * Math.sin(6.0 * y / size + phase[3 + c])
                            + 0.4 * Math.sin(19.0 * (x + y) / size + phase[6 + c]);
                    rgb[(y * size + x) * 3 + c] = (byte) (128 + 85 * v);
                }
        return new Image(size, size, rgb);
    }

    /** Writes a recipe and the course of {@code epochs} epochs of 98 steps that end near {@code top1}. */
    static void write(Path folder, int epochs, double top1) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("recipe.json"), """
                {"model": {"type": "resNetCifar", "depth": 20, "classes": 10}, "epochs": 30, "batch": 512,
                 "optim": {"type": "sgd", "lr": 0.4, "momentum": 0.9, "weightDecay": 5.0E-4, "nesterov": true},
                 "schedule": {"type": "oneCycle", "warmup": 0.2}, "labelSmoothing": 0.1, "ema": null,
                 "augment": [{"type": "crop", "padding": 4}, {"type": "flip"}], "milestones": [10, 20], "seed": 1}
                """);
        var random = new Random(3);
        var lines = new ArrayList<String>();
        int perEpoch = 98;
        int total = epochs * perEpoch;
        for (int step = 1; step <= total; step++) {
            double t = (double) step / total;
            double lr = 0.4 * (t < 0.2 ? t / 0.2 : (1 - t) / 0.8);
            double rest = Math.exp(-4.2 * t) * 0.75 + 0.25 * (1 - t);
            double error = (1 - top1) * 0.6 + rest * (top1 - 0.1) + 0.012 * random.nextGaussian();
            lines.add(String.format(
                    Locale.ROOT,
                    "{\"kind\":\"step\",\"step\":%d,\"epoch\":%d,\"loss\":%.4f,\"lr\":%.6f,\"accuracy\":%.4f,"
                            + "\"imagesPerSecond\":%.1f}",
                    step,
                    (step - 1) / perEpoch + 1,
                    2.5 * error + 0.03 * random.nextGaussian(),
                    lr,
                    1 - error,
                    1200 - (step % perEpoch < 3 ? 400 : 0) + 30 * random.nextGaussian()));
            if (step % perEpoch == 0) {
                double valid = (1 - top1) + rest * (top1 - 0.15) + 0.4 * lr * Math.abs(0.3 * random.nextGaussian());
                lines.add(String.format(
                        Locale.ROOT,
                        "{\"kind\":\"epoch\",\"epoch\":%d,\"trainLoss\":%.4f,\"trainAccuracy\":%.4f,"
                                + "\"validation\":{\"top1\":%.4f,\"loss\":%.4f},\"seconds\":41.5,\"waitShare\":0.01}",
                        step / perEpoch,
                        2.5 * error,
                        1 - error,
                        1 - valid,
                        2.9 * valid + 0.1));
            }
        }
        Files.write(folder.resolve("metrics.jsonl"), lines);
    }

    static List<String> numbered(String name, int n) {
        return IntStream.range(0, n).mapToObj(i -> name + " " + i).toList();
    }
}
