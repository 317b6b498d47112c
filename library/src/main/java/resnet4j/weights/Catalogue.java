package resnet4j.weights;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import resnet4j.config.Nearest;
import resnet4j.files.Cache;
import resnet4j.files.Download;
import resnet4j.image.Interpolation;
import resnet4j.image.Preprocess;
import resnet4j.image.Resize;

/** Published weights and what their publishers say of them; data, in {@code catalogue.tsv}. */
public final class Catalogue {
    /**
     * One set of weights.
     *
     * @param id         model, publisher and training: {@code resnet50.tv_in1k_v2} is torchvision's second set
     * @param task       {@code classification}, {@code detection} or {@code segmentation}
     * @param model      the name of the network, as torchvision spells it
     * @param sha256     first hexadecimal digits of the file's SHA-256
     * @param mebibytes  size of the file in units of 2^20 bytes, as published; 0 if not
     * @param parameters how many numbers training learnt
     * @param gflops     10^9 multiply-adds for one image of the published size
     * @param metrics    published results in [0,1]: {@code top1} and {@code top5} on ImageNet's validation set (or on
     *                   CIFAR-10's test set),
     *                   {@code box_map} and {@code mask_map} on COCO, {@code miou} and {@code pixel_acc}
     * @param preprocess how an image becomes the network's input; absent for detection and segmentation
     * @param classes    name of the list of classes: {@code imagenet-1k}, {@code cifar-10}, {@code coco-91}, {@code voc-21}
     * @param source     who says so
     * @param licence    SPDX name; data that the weights were trained on may have terms of its own
     */
    public record Entry(
            String id,
            String task,
            String model,
            URI url,
            String sha256,
            double mebibytes,
            long parameters,
            double gflops,
            Map<String, Double> metrics,
            Optional<Preprocess> preprocess,
            String classes,
            String source,
            String licence) {
        public Entry {
            metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
        }

        /** What its outputs stand for, in order. */
        public List<String> classNames() {
            return ClassList.named(classes);
        }

        /** The name of the file, as published. */
        public String fileName() {
            return url.getPath().substring(url.getPath().lastIndexOf('/') + 1);
        }
    }

    private static final List<Entry> ALL = load();

    private Catalogue() {}

    /** Every set of weights, those of one model together. */
    public static List<Entry> all() {
        return ALL;
    }

    /**
     * The file that {@code weights} means: a path if such a file exists, else an id, whose file is taken from the store
     * or downloaded into it.
     *
     * @param store the folder of weight files; null for {@link Cache#weights the one of the environment}
     * @throws IllegalArgumentException if there is neither such a file nor such an id
     */
    public static Path file(String weights, Path store, Download.Progress progress) throws IOException {
        Path given = Path.of(weights);
        if (Files.exists(given)) return given;
        Entry entry = find(weights);
        Path folder = store != null ? store : Cache.weights(System.getenv());
        return Download.file(entry.url(), folder.resolve(entry.fileName()), entry.sha256(), -1, progress);
    }

    /** The weights published for a model, oldest first; empty if there are none. */
    public static List<Entry> of(String model) {
        return ALL.stream().filter(entry -> entry.model.equals(model)).toList();
    }

    /**
     * What is published of a weight file, by its id or by its published name in any folder. Where torchvision's network
     * normalises its input once more ({@code transform_input}), the preprocessing here has both steps in one.
     */
    public static Optional<Entry> published(String weights) {
        var name = Path.of(weights).getFileName().toString();
        return ALL.stream()
                .filter(entry -> entry.id.equals(weights) || entry.fileName().equals(name))
                .findFirst();
    }

    /** @throws IllegalArgumentException with the nearest id, if there is none of this name */
    public static Entry find(String id) {
        for (Entry entry : ALL) if (entry.id.equals(id)) return entry;
        var ids = ALL.stream().map(Entry::id).toList();
        throw new IllegalArgumentException(
                "weights: expected a file or an id of the catalogue, got '" + id + "'." + Nearest.hint(id, ids));
    }

    private static List<Entry> load() {
        try (var in = new BufferedReader(
                new InputStreamReader(Catalogue.class.getResourceAsStream("catalogue.tsv"), StandardCharsets.UTF_8))) {
            String[] columns = in.readLine().split("\t", -1);
            var entries = new ArrayList<Entry>();
            for (String line; (line = in.readLine()) != null; ) {
                String[] values = line.split("\t", -1);
                var row = new HashMap<String, String>();
                for (int i = 0; i < columns.length; i++) row.put(columns[i], values[i]);
                entries.add(entry(row));
            }
            return List.copyOf(entries);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Entry entry(Map<String, String> row) {
        var metrics = new LinkedHashMap<String, Double>();
        for (String metric : row.get("metrics").split(",")) {
            int equals = metric.indexOf('=');
            if (equals > 0) metrics.put(metric.substring(0, equals), Double.valueOf(metric.substring(equals + 1)));
        }
        return new Entry(
                row.get("id"),
                row.get("task"),
                row.get("model"),
                URI.create(row.get("url")),
                row.get("sha256"),
                row.get("mebibytes").isEmpty() ? 0 : Double.parseDouble(row.get("mebibytes")),
                Long.parseLong(row.get("parameters")),
                Double.parseDouble(row.get("gflops")),
                metrics,
                preprocess(row),
                row.get("classes"),
                row.get("source"),
                row.get("licence"));
    }

    private static Optional<Preprocess> preprocess(Map<String, String> row) {
        if (row.get("crop").isEmpty()) return Optional.empty();
        var resize = row.get("resize").isEmpty()
                ? new Resize.None()
                : new Resize.ShortSide(Integer.parseInt(row.get("resize")));
        return Optional.of(Preprocess.of(resize, Integer.parseInt(row.get("crop")))
                .withInterpolation(
                        Interpolation.valueOf(row.get("interpolation").toUpperCase(Locale.ROOT)))
                .withNormalization(numbers(row.get("mean")), numbers(row.get("std"))));
    }

    private static List<Double> numbers(String text) {
        return Stream.of(text.split(",")).map(Double::valueOf).toList();
    }
}
