package resnet4j.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import resnet4j.config.Records;
import resnet4j.data.DataSource;
import resnet4j.data.Dataset;
import resnet4j.data.Label;
import resnet4j.image.Picture;
import resnet4j.model.ClassificationNet;
import resnet4j.run.Line;
import resnet4j.run.RunFolder;
import resnet4j.tensor.Device;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;
import resnet4j.weights.SafeTensors;

/** Small runs on squares, and what is left of them. */
public final class Runs {
    private Runs() {}

    /** Six weight layers, 4 to 8 channels, on 8x8 pixels: a step takes milliseconds. */
    static final String TINY = """
            {"model": "resnet20", "architecture": {"depths": [1, 1], "planes": [4, 8]}, "validation": 0,
             "preprocess": {"cropWidth": 8, "cropHeight": 8}, "epochs": 3, "batch": 8, "dropLast": true, "precision": "fp32", "seed": 7,
             "optimizer": {"type": "sgd", "lr": 0.05, "momentum": 0.9}, "schedule": "constant"}
            """;

    /** All that is random or remembered at once. */
    static final String[] EVERYTHING = {
        "architecture.stochasticDepth=0.4",
        "validation=0.2",
        "augment=[{\"type\":\"padCrop\",\"pad\":1},{\"type\":\"flip\",\"p\":0.5}]",
        "mix={\"type\":\"mixUp\",\"alpha\":0.4}",
        "batch=7", // 80 pictures, 11 batches, 6 updates: the last of one batch
        "accumulate=2",
        "optimizer={\"type\":\"adamW\",\"lr\":0.01}",
        "schedule={\"type\":\"cosine\",\"floor\":0,\"warmup\":0.1}",
        "labelSmoothing=0.1",
        "clipNorm=1",
        "ema=0.9",
        "classBalance=true",
        "epochs=4"
    };

    /** No norm and no statistics, so that gradients of batches add up. */
    static final String GROUP_NORM = "architecture.norm={\"type\":\"group\",\"groups\":2,\"eps\":1e-5}";

    public static Recipe recipe(String... sets) {
        var changes = Records.parse(TINY);
        for (var set : sets) changes = Records.set(changes, set);
        return Records.overlay(new Recipe(), changes);
    }

    /** Begins a run on the recipe's own pictures, or goes on with it, for at most {@code updates}. */
    public static Trainer.Outcome train(Recipe recipe, Path folder, int updates) throws IOException {
        return train(recipe, DataSource.read(recipe.data(), recipe.learn().target()), folder, 1, updates);
    }

    static Trainer.Outcome train(Recipe recipe, DataSource<Label> data, Path folder) throws IOException {
        return train(recipe, data, folder, 1, Integer.MAX_VALUE);
    }

    /** Begins a run, or goes on with it, for at most {@code updates}. */
    static Trainer.Outcome train(
            Recipe recipe, DataSource<?> data, Path folder, int loaderThreads, int updates, Trainer.Log... logs)
            throws IOException {
        var done = new AtomicInteger();
        var log = new Trainer.Log() {
            @Override
            public void step(Line.Step step) {
                done.incrementAndGet();
            }

            @Override
            public void epoch(Line.Epoch epoch) {
                for (var other : logs) other.epoch(epoch);
            }
        };
        var options = new Trainer.Options(Device.CPU, loaderThreads, 1e9, () -> done.get() >= updates);
        try (var trainer = new Trainer(recipe, data, new RunFolder(folder), options, log)) {
            return trainer.train();
        }
    }

    /** What has to be equal in equal runs: all but clocks. */
    public static Map<String, Object> result(Path folder) throws IOException {
        var run = new RunFolder(folder);
        var result = new LinkedHashMap<String, Object>();
        result.put("model", Arrays.hashCode(Files.readAllBytes(run.model())));
        if (Files.exists(run.evaluation())) result.put("evaluation", Files.readString(run.evaluation()));
        result.put(
                "history",
                run.history().stream()
                        .map(line -> ((ObjectNode) Records.tree(line))
                                .remove(List.of("seconds", "imagesPerSecond", "waitShare")))
                        .map(String::valueOf)
                        .toList());
        var checkpoint = SafeTensors.read(run.checkpoint());
        checkpoint.tensors().forEach((name, t) -> result.put(name, t.data().hashCode()));
        var position = (ObjectNode) Records.parse(checkpoint.metadata().get("position"));
        result.put("position", position.without("seconds").toString());
        return result;
    }

    static Map<String, float[]> weights(Path folder, String prefix) throws IOException {
        var weights = new LinkedHashMap<String, float[]>();
        try (var scope = new NativeScope()) {
            SafeTensors.read(new RunFolder(folder).checkpoint()).tensors().forEach((name, t) -> {
                if (name.startsWith(prefix) && !name.endsWith("num_batches_tracked"))
                    weights.put(name.substring(prefix.length()), Tensor.of(t).toFloats());
            });
        }
        return weights;
    }

    /** The network that a run of this recipe starts from. */
    public static ClassificationNet start(Recipe recipe) {
        Ops.seed(recipe.seed());
        return recipe.architectureFor(3).build();
    }

    static Map<String, float[]> startingWeights(Recipe recipe) {
        var weights = new LinkedHashMap<String, float[]>();
        try (var net = start(recipe)) {
            net.state().forEach((name, t) -> weights.put(name, t.toFloats()));
        }
        return weights;
    }

    static double norm(Map<String, float[]> a, Map<String, float[]> b) {
        double sum = 0;
        for (var name : a.keySet()) {
            var x = a.get(name);
            var y = b.get(name);
            for (int i = 0; i < x.length; i++) sum += Math.pow((double) x[i] - y[i], 2);
        }
        return Math.sqrt(sum);
    }

    static String[] with(String[] sets, String... more) {
        var all = new ArrayList<>(List.of(sets));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    static ObjectNode position(Path folder) throws IOException {
        return (ObjectNode) Records.parse(
                SafeTensors.read(new RunFolder(folder).checkpoint()).metadata().get("position"));
    }

    /** Some cannot be read, among them whole batches. */
    record Damaged(Dataset<Label> of, int from, int to) implements Dataset<Label> {
        @Override
        public int size() {
            return of.size();
        }

        @Override
        public List<String> classes() {
            return of.classes();
        }

        @Override
        public Label target(int index) throws IOException {
            return of.target(index);
        }

        @Override
        public Picture picture(int index) {
            if (index < from || index >= to) return of.picture(index);
            return how -> {
                throw new IOException("damaged");
            };
        }

        @Override
        public String name(int index) {
            return of.name(index);
        }

        @Override
        public String digest() {
            return of.digest();
        }
    }
}
