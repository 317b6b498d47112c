package resnet4j.bench;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import resnet4j.eval.Timing;

/**
 * What a peer is asked to measure, and the line of JSON that it answers with; its keys are those of {@code ./resnet4j
 * bench}. Nothing but the JDK is needed here, so that a peer has its own libraries on the class path and no other.
 *
 * @param mode {@code infer} or {@code train}
 * @param file of the network, for peers that read one
 */
public record Task(String model, String mode, int batch, int size, int threads, double seconds, String file) {

    /** Reads {@code --model resnet50 --batch 16 ...}; what is not there has the defaults of {@code ./resnet4j bench}. */
    public static Task parse(String[] args) {
        Map<String, String> given = new HashMap<>();
        for (int i = 0; i + 1 < args.length; i += 2) given.put(args[i], args[i + 1]);
        return new Task(
                given.get("--model"),
                given.getOrDefault("--mode", "infer"),
                Integer.parseInt(given.getOrDefault("--batch", "1")),
                Integer.parseInt(given.getOrDefault("--size", "224")),
                Integer.parseInt(given.getOrDefault("--threads", "1")),
                Double.parseDouble(given.getOrDefault("--seconds", "10")),
                given.getOrDefault("--file", ""));
    }

    /** [N,3,H,W] row by row; the images of {@code ./resnet4j bench}. */
    public float[] images() {
        var values = new float[batch * 3 * size * size];
        for (int i = 0; i < values.length; i++) values[i] = (float) (i * 7919L % 1000 / 500.0 - 1);
        return values;
    }

    /** Prints the answer. @param logits of all images; empty where the weights are the peer's own */
    public void print(String engine, Timing timing, float[] logits) {
        var first = new StringBuilder();
        for (int i = 0; i < Math.min(10, logits.length); i++)
            first.append(i == 0 ? "" : ",").append(logits[i]);
        System.out.printf(
                Locale.ROOT,
                "{\"model\":\"%s\",\"engine\":\"%s\",\"mode\":\"%s\",\"precision\":\"fp32\",\"batch\":%d,\"size\":%d,"
                        + "\"threads\":%d,\"runs\":%d,\"imagesPerSecond\":%s,\"medianMillis\":%s,\"p99Millis\":%s,"
                        + "\"peakRssBytes\":%d%s}%n",
                model,
                engine,
                mode,
                batch,
                size,
                threads,
                timing.runs(),
                timing.perSecond(batch),
                timing.medianMillis(),
                timing.p99Millis(),
                Timing.peakRssBytes(),
                logits.length == 0 ? "" : ",\"logits\":[" + first + "]");
    }
}
