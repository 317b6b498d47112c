package resnet4j.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.config.Records;
import resnet4j.data.Batch;
import resnet4j.data.DataSource;
import resnet4j.data.Dataset;
import resnet4j.data.Label;
import resnet4j.data.Loader;
import resnet4j.data.Skipped;
import resnet4j.eval.Inputs;
import resnet4j.image.Picture;
import resnet4j.model.ClassificationNet;
import resnet4j.model.ModelFile;
import resnet4j.run.Line;
import resnet4j.run.RunFolder;
import resnet4j.tensor.Device;
import resnet4j.tensor.Losses;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;
import resnet4j.weights.SafeTensors;

class TrainerTest {
    /** Six weight layers, 4 to 8 channels, on 8x8 pixels: a step takes milliseconds. */
    static final String TINY = """
            {"model": "resnet20", "architecture": {"depths": [1, 1], "planes": [4, 8]}, "validation": 0,
             "preprocess": {"cropWidth": 8, "cropHeight": 8}, "epochs": 3, "batch": 8, "dropLast": true, "precision": "fp32", "seed": 7,
             "optimizer": {"type": "sgd", "lr": 0.05, "momentum": 0.9}, "schedule": "constant"}
            """;

    /** All that is random or remembered at once. */
    private static final String[] EVERYTHING = {
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
    private static final String GROUP_NORM = "architecture.norm={\"type\":\"group\",\"groups\":2,\"eps\":1e-5}";

    @TempDir
    Path folder;

    static Recipe recipe(String... sets) {
        var changes = Records.parse(TINY);
        for (var set : sets) changes = Records.set(changes, set);
        return Records.overlay(new Recipe(), changes);
    }

    private static Trainer.Outcome train(Recipe recipe, DataSource<Label> data, Path folder) throws IOException {
        return train(recipe, data, folder, 1, Integer.MAX_VALUE);
    }

    /** Begins a run, or goes on with it, for at most {@code updates}. */
    private static Trainer.Outcome train(
            Recipe recipe, DataSource<Label> data, Path folder, int loaderThreads, int updates, Trainer.Log... logs)
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
    private static Map<String, Object> result(Path folder) throws IOException {
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

    private Map<String, float[]> weights(Path folder, String prefix) throws IOException {
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
    private static ClassificationNet start(Recipe recipe) {
        Ops.seed(recipe.seed());
        return recipe.architectureFor(3).build();
    }

    private static Map<String, float[]> startingWeights(Recipe recipe) {
        var weights = new LinkedHashMap<String, float[]>();
        try (var net = start(recipe)) {
            net.state().forEach((name, t) -> weights.put(name, t.toFloats()));
        }
        return weights;
    }

    private static double norm(Map<String, float[]> a, Map<String, float[]> b) {
        double sum = 0;
        for (var name : a.keySet()) {
            var x = a.get(name);
            var y = b.get(name);
            for (int i = 0; i < x.length; i++) sum += Math.pow((double) x[i] - y[i], 2);
        }
        return Math.sqrt(sum);
    }

    // ---- that it learns, and the same each time

    @ParameterizedTest
    @ValueSource(strings = {"fp32", "bf16"})
    void training_learnsColours(String precision) throws IOException {
        var outcome = train(recipe("epochs=6", "precision=" + precision), Squares.source(120), folder);
        var lines = new RunFolder(folder).epochs();
        double first = lines.get(0).train().get("loss"),
                last = lines.get(5).train().get("loss");
        assertTrue(last < 0.3 * first, first + " fell to " + last);
        assertTrue(
                outcome.test().get().value() >= 0.9,
                () -> "top-1 " + outcome.test().get().value());
        assertEquals(6, outcome.epochs());
        assertEquals(6 * 15, outcome.steps());
        assertFalse(outcome.stopped());
    }

    @Test
    void runs_ofOneSeedAreEqualToTheBitWhateverTheLoaderThreads() throws IOException {
        var recipe = recipe(EVERYTHING);
        train(recipe, Squares.source(100), folder.resolve("a"), 1, Integer.MAX_VALUE);
        train(recipe, Squares.source(100), folder.resolve("b"), 3, Integer.MAX_VALUE);
        train(recipe, Squares.source(100), folder.resolve("c"), 0, Integer.MAX_VALUE);
        assertEquals(result(folder.resolve("a")), result(folder.resolve("b")));
        assertEquals(result(folder.resolve("a")), result(folder.resolve("c")));

        train(recipe(with(EVERYTHING, "seed=8")), Squares.source(100), folder.resolve("d"));
        assertNotEquals(
                result(folder.resolve("a")).get("model"),
                result(folder.resolve("d")).get("model"));
    }

    /** With batch statistics, blocks dropped at random, and the gradients of two batches in an update. */
    @Test
    void checkpointing_givesThePlainRunToTheBit() throws IOException {
        var deep = with(EVERYTHING, "architecture.depths=[5,4]");
        train(recipe(deep), Squares.source(100), folder.resolve("plain"));
        train(recipe(with(deep, "checkpointing=true")), Squares.source(100), folder.resolve("checkpointed"));
        var plain = result(folder.resolve("plain"));
        var checkpointed = result(folder.resolve("checkpointed"));
        plain.remove("model"); // it holds the recipe
        checkpointed.remove("model");
        assertEquals(plain, checkpointed);
    }

    @Test
    void checkpointing_ofANetworkWithoutASequenceIsRefusedBeforeAnyWork() {
        var recipe = Records.overlay(new Recipe(), Records.parse("{\"model\": \"lenet5\", \"checkpointing\": true}"));
        var refusal = assertThrows(
                IllegalArgumentException.class, () -> train(recipe, Squares.source(10), folder.resolve("run")));
        assertEquals(
                "checkpointing: expected a network that is a sequence of blocks, got lenet5; set checkpointing to false",
                refusal.getMessage());
        assertFalse(Files.exists(folder.resolve("run")));
    }

    private static String[] with(String[] sets, String... more) {
        var all = new ArrayList<>(List.of(sets));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    /** Stopped after every {@code updates} updates: in the middle of epochs, at their ends, before evaluations. */
    @ParameterizedTest
    @ValueSource(ints = {1, 5, 6})
    void resumedRun_isTheUninterruptedOneToTheBit(int updates) throws IOException {
        var recipe = recipe(EVERYTHING);
        train(recipe, Squares.source(100), folder.resolve("whole"));
        var parts = folder.resolve("parts");
        int stops = 0;
        while (train(ownRecipe(parts, recipe), Squares.source(100), parts, stops % 4, updates)
                .stopped()) assertTrue(++stops < 100);
        assertEquals(24 / updates, stops);
        assertEquals(result(folder.resolve("whole")), result(parts));
    }

    /** From the second part on, the recipe is read from the folder. */
    private static Recipe ownRecipe(Path folder, Recipe first) throws IOException {
        return Files.exists(folder) ? Recipe.of(RunFolder.open(folder)) : first;
    }

    @Test
    void stop_isHeardInEvaluations() throws IOException {
        var recipe = recipe("validation=0.2");
        train(recipe, Squares.source(50), folder.resolve("whole"));
        var parts = folder.resolve("parts");
        int runs = 0;
        for (boolean stopped = true; stopped; runs++) {
            var updates = new AtomicInteger();
            var asked = new AtomicInteger();
            var log = new Trainer.Log() {
                @Override
                public void step(Line.Step step) {
                    updates.incrementAndGet();
                }
            };
            int first = runs == 0 ? 5 : 0; // updates of a first epoch; then at once
            // a question that follows no update comes from an evaluation
            var options = new Trainer.Options(
                    Device.CPU, 1, 1e9, () -> asked.incrementAndGet() > updates.get() && updates.get() >= first);
            try (var trainer = new Trainer(recipe, Squares.source(50), new RunFolder(parts), options, log)) {
                stopped = trainer.train().stopped();
            }
            if (runs == 0) assertEquals(5, position(parts).get("batch").intValue());
            if (runs > 0) stopped = train(recipe, Squares.source(50), parts).stopped();
        }
        assertEquals(result(folder.resolve("whole")), result(parts));
    }

    private static ObjectNode position(Path folder) throws IOException {
        return (ObjectNode) Records.parse(
                SafeTensors.read(new RunFolder(folder).checkpoint()).metadata().get("position"));
    }

    @Test
    void history_isRewoundToTheCheckpoint() throws IOException {
        var recipe = recipe();
        train(recipe, Squares.source(160), folder, 1, 25); // 20 updates an epoch
        var metrics = folder.resolve("metrics.jsonl");
        var before = Files.readString(metrics);
        // what a run that is killed later may leave behind: lines of steps that are done again, and half a line
        Files.writeString(
                metrics,
                before
                        + "{\"kind\":\"step\",\"step\":40}\n{\"kind\":\"epoch\",\"epoch\":2,\"step\":40}\n{\"kind\":\"st");
        Files.writeString(folder.resolve(".model.safetensors.123.part"), "half a model");
        train(recipe, Squares.source(160), folder);
        train(recipe, Squares.source(160), folder.resolve("whole"));
        assertEquals(result(folder.resolve("whole")), result(folder));
        assertFalse(Files.exists(folder.resolve(".model.safetensors.123.part")));
    }

    @Test
    void runKilledBeforeItsFirstCheckpoint_beginsAnew() throws IOException {
        var recipe = recipe();
        train(recipe, Squares.source(40), folder.resolve("whole"));
        var killed = folder.resolve("killed");
        Files.createDirectories(killed);
        new RunFolder(killed).begin(recipe);
        Files.writeString(killed.resolve("metrics.jsonl"), "{\"kind\":\"step\",\"step\":1}\n{\"kind\":\"ep");
        train(Recipe.of(RunFolder.open(killed)), Squares.source(40), killed);
        assertEquals(result(folder.resolve("whole")), result(killed));
    }

    /** Some cannot be read, among them whole batches. */
    private record Damaged(Dataset<Label> of, int from, int to) implements Dataset<Label> {
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
            return (upright, shortSide) -> {
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

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void unreadablePictures_areListedOnceEachEpochAlsoWhenResumed(int accumulate) throws IOException {
        var source = Squares.source(40);
        var data = new DataSource<>("damaged", new Damaged(source.train(), 10, 25), Optional.empty(), source.test());
        var recipe = recipe("batch=1", "accumulate=" + accumulate, "epochs=2", GROUP_NORM);
        train(recipe, data, folder.resolve("whole"));
        var parts = folder.resolve("parts");
        while (train(recipe, data, parts, 2, 3).stopped()) assertTrue(Files.exists(parts));
        assertEquals(result(folder.resolve("whole")), result(parts));
        var lines = new RunFolder(parts).epochs();
        assertEquals(2, lines.size());
        for (var line : lines) {
            var files = line.skipped().stream().map(Skipped::file).toList();
            assertEquals(15, files.size());
            assertEquals(15, files.stream().distinct().count());
        }
    }

    @Test
    void checkpointOfOtherPictures_isRefused() throws IOException {
        var recipe = recipe();
        train(recipe, Squares.source(40), folder, 1, 3);
        var e = assertThrows(IOException.class, () -> train(recipe, Squares.source(48), folder));
        assertTrue(e.getMessage().contains("other training pictures"), e.getMessage());
    }

    @Test
    void checkpointOfAnotherNetwork_isRefused() throws IOException {
        train(recipe(), Squares.source(24), folder, 1, 1);
        var e = assertThrows(
                IOException.class, () -> train(recipe("architecture.depths=[2,1]"), Squares.source(24), folder));
        assertTrue(e.getMessage().endsWith(": there is a run of another recipe already; give another --run folder"));
    }

    @Test
    void recipeThatWasEdited_isNoticed() throws IOException {
        train(recipe(), Squares.source(24), folder, 1, 1);
        var file = folder.resolve("recipe.json");
        Files.writeString(file, Files.readString(file).replace("\"lr\": 0.05", "\"lr\": 0.5"));
        var edited = Recipe.of(RunFolder.open(folder));
        var e = assertThrows(IOException.class, () -> train(edited, Squares.source(24), folder));
        assertTrue(e.getMessage().startsWith(file + ": optimizer is {"), e::getMessage);
        assertTrue(e.getMessage().endsWith("; put it back, or start a new run with another --run"), e::getMessage);
    }

    @Test
    void runInTheFolderOfOneAtWork_isRefused() throws IOException {
        var refused = new ArrayList<String>();
        var log = new Trainer.Log() {
            @Override
            public void epoch(Line.Epoch epoch) {
                refused.add(assertThrows(IOException.class, () -> train(recipe(), Squares.source(24), folder))
                        .getMessage());
            }
        };
        train(recipe("epochs=1"), Squares.source(24), folder, 1, 99, log);
        assertEquals(1, refused.size());
        assertTrue(refused.get(0).contains(": another run is at work in this folder; "), refused::toString);
    }

    @Test
    void folderThatIsTakenAway_endsTheRun() {
        var log = new Trainer.Log() {
            @Override
            public void epoch(Line.Epoch epoch) {
                assertTrue(folder.resolve("recipe.json").toFile().delete());
            }
        };
        var e = assertThrows(IOException.class, () -> train(recipe(), Squares.source(24), folder, 1, 99, log));
        assertTrue(e.getMessage().contains("is gone; "), e::getMessage);
    }

    // ---- what options do, against sums done by hand

    /** Cross entropy as torch.nn.functional.cross_entropy defines it. */
    private static double crossEntropy(float[][] logits, int[] labels, double[] weights, double smoothing) {
        int classes = logits[0].length;
        double nll = 0, smooth = 0, weight = 0;
        for (int i = 0; i < logits.length; i++) {
            double sum = 0;
            for (float l : logits[i]) sum += Math.exp(l);
            nll += weights[labels[i]] * (Math.log(sum) - logits[i][labels[i]]);
            weight += weights[labels[i]];
            for (int c = 0; c < classes; c++) smooth += weights[c] * (Math.log(sum) - logits[i][c]) / classes;
        }
        return (1 - smoothing) * nll / weight + smoothing * smooth / weight;
    }

    // torch 2.10:
    //   l = torch.tensor([[2.0, -1.0, 0.5], [0.1, 0.2, -0.3]]); y = torch.tensor([0, 2])
    //   F.cross_entropy(l, y, weight=torch.tensor([0.5, 1.0, 3.0]), label_smoothing=0.1)   and with fewer arguments
    @ParameterizedTest
    @CsvSource({
        "1, 1, 1, 0, 0.8310694694519043",
        "1, 1, 1, 0.1, 0.8910694122314453",
        "0.5, 1, 3, 0, 1.252325177192688",
        "0.5, 1, 3, 0.1, 1.2630890607833862"
    })
    void crossEntropy_isTorchs(double w0, double w1, double w2, double smoothing, double expected) {
        float[][] logits = {{2, -1, 0.5f}, {0.1f, 0.2f, -0.3f}};
        int[] labels = {0, 2};
        double[] weights = {w0, w1, w2};
        assertEquals(expected, crossEntropy(logits, labels, weights, smoothing), 1e-6);
        try (var scope = new NativeScope()) {
            var loss = Losses.crossEntropy(
                    Tensor.of(new float[] {2, -1, 0.5f, 0.1f, 0.2f, -0.3f}, 2, 3),
                    Inputs.labels(labels, Device.CPU),
                    Tensor.of(new float[] {(float) w0, (float) w1, (float) w2}, 3),
                    smoothing);
            assertEquals(expected, loss.item(), 1e-6);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "labelSmoothing=0",
                "labelSmoothing=0.2",
                "classBalance=true",
                "mix={\"type\":\"mixUp\",\"alpha\":1.0}",
                "labelSmoothing=0.2 classBalance=true mix={\"type\":\"cutMix\",\"alpha\":1.0}"
            })
    void firstLoss_isTheHandComputedOne(String sets) throws IOException {
        var recipe = recipe(sets.split(" "));
        // 20 red, 20 green, 10 blue
        var source = Squares.source(60);
        var unequal = source.train()
                .subset(IntStream.range(0, 60).filter(i -> i % 3 < 2 || i < 30).toArray());
        var data = new DataSource<>("unequal", unequal, Optional.empty(), source.test());
        double[] weights =
                recipe.classBalance() ? new double[] {50 / 60.0, 50 / 60.0, 50 / 30.0} : new double[] {1, 1, 1};
        train(recipe, data, folder, 1, 1);

        Batch<Label> batch;
        try (var batches = Loader.shuffled(unequal, 8, recipe.seed())
                .withPreprocess(recipe.preprocess())
                .withMix(recipe.mix())
                .epoch(0)) {
            batch = batches.next();
        }
        var logits = new float[8][3];
        try (var net = start(recipe);
                var scope = new NativeScope()) {
            var all = net.apply(Inputs.images(batch, recipe.preprocess(), Device.CPU))
                    .toFloats();
            for (int i = 0; i < 8; i++) logits[i] = Arrays.copyOfRange(all, 3 * i, 3 * i + 3);
        }
        var labels = Label.indices(batch.targets());
        var mixed = batch.mixed().orElse(new Batch.Mixed(IntStream.range(0, 8).toArray(), 1));
        var partners = IntStream.of(mixed.partner()).map(i -> labels[i]).toArray();
        double expected = mixed.lambda() * crossEntropy(logits, labels, weights, recipe.labelSmoothing())
                + (1 - mixed.lambda()) * crossEntropy(logits, partners, weights, recipe.labelSmoothing());
        double loss = new RunFolder(folder).history().get(0) instanceof Line.Step first
                ? first.train().get("loss")
                : Double.NaN;
        assertEquals(expected, loss, 1e-5); // float32 in another memory order
    }

    @Test
    void clipNorm_boundsTheJointStep() throws IOException {
        var sets =
                new String[] {"clipNorm=0.01", "optimizer={\"type\":\"sgd\",\"lr\":2,\"momentum\":0,\"weightDecay\":0}"
                };
        train(recipe(with(sets, GROUP_NORM)), Squares.source(8), folder, 1, 1);
        var recipe = recipe(with(sets, GROUP_NORM));
        assertEquals(0.02, norm(startingWeights(recipe), weights(folder, "net.")), 1e-5); // lr * clipNorm
    }

    @Test
    void clipNorm_leavesShortGradientsAlone() throws IOException {
        train(recipe(GROUP_NORM), Squares.source(8), folder.resolve("free"), 1, 1);
        train(recipe(GROUP_NORM, "clipNorm=1000"), Squares.source(8), folder.resolve("bounded"), 1, 1);
        assertEquals(
                0, norm(weights(folder.resolve("free"), "net."), weights(folder.resolve("bounded"), "net.")), 1e-6);
    }

    @Test
    void ema_isTheAverageOfTheWeightsAfterEachUpdate() throws IOException {
        var recipe = recipe("ema=0.15");
        var expected = startingWeights(recipe);
        double[] decays = {1 / 10.0, 0.15, 0.15}; // (1 + 0) / (10 + 0) is less, (1 + 1) / (10 + 1) is more
        for (int update = 0; update < 3; update++) {
            train(recipe, Squares.source(32), folder, 1, 1);
            var now = weights(folder, "net.");
            for (var name : now.keySet())
                for (int i = 0; i < now.get(name).length; i++) {
                    var average = expected.get(name);
                    average[i] = (float) (decays[update] * average[i] + (1 - decays[update]) * now.get(name)[i]);
                }
            var averages = weights(folder, "ema.");
            for (var name : averages.keySet())
                assertArrayEquals(expected.get(name), averages.get(name), 1e-6f, "update " + update + " of " + name);
        }
        train(recipe, Squares.source(32), folder);
        try (var model = ModelFile.open(new RunFolder(folder).model())) { // the model is the average
            for (var e : weights(folder, "ema.").entrySet())
                assertArrayEquals(
                        e.getValue(), model.net().state().get(e.getKey()).toFloats());
        }
    }

    @Test
    void smallerPicturesThanTheNetworkTakes_areRefusedBeforeAnyWork() {
        var recipe = recipe(
                "model=resnet8_speed", "architecture={\"widths\":[8,16]}", "progressive={\"share\":0.5,\"size\":4}");
        var e = assertThrows(IllegalArgumentException.class, () -> train(recipe, Squares.source(24), folder));
        assertTrue(e.getMessage().contains("at least 5x5 pixels for this network, got 4x4"), e::getMessage);
    }

    @Test
    void lookahead_takesTheWeightsBackToTheirAverage() throws IOException {
        var plain = folder.resolve("plain");
        train(recipe("epochs=1"), Squares.source(24), plain, 1, 2);
        var recipe = recipe("epochs=1", "lookahead={\"every\":2,\"decay\":0.9}");
        train(recipe, Squares.source(24), folder, 1, 2);
        double decay = 0.9 / 27; // one of three updates was done when the second began
        var start = startingWeights(recipe);
        var average = weights(folder, "ema.");
        weights(plain, "net.").forEach((name, without) -> {
            var expected = new float[without.length];
            for (int i = 0; i < expected.length; i++)
                expected[i] = (float) (decay * start.get(name)[i] + (1 - decay) * without[i]);
            assertArrayEquals(expected, average.get(name), 1e-6f, name);
        });
        weights(folder, "net.").forEach((name, weight) -> assertArrayEquals(average.get(name), weight, name));
        train(recipe, Squares.source(24), folder); // the third update moves the weights alone
        weights(folder, "ema.").forEach((name, weight) -> assertArrayEquals(average.get(name), weight, name));
        assertTrue(norm(weights(folder, "net."), average) > 0);
    }

    /** 24 pictures at once, or in three batches: also where an update was to have four, and three are left. */
    @ParameterizedTest
    @CsvSource({"8, 3", "8, 4", "12, 2"})
    void accumulatedGradient_isThatOfTheBatchesTogether(int batch, int accumulate) throws IOException {
        var sets = new String[] {GROUP_NORM, "epochs=1", "optimizer={\"type\":\"sgd\",\"lr\":0.5,\"momentum\":0}"};
        var one = train(recipe(with(sets, "batch=24")), Squares.source(24), folder.resolve("one"));
        var some = train(
                recipe(with(sets, "batch=" + batch, "accumulate=" + accumulate)),
                Squares.source(24),
                folder.resolve("some"));
        assertEquals(1, one.steps());
        assertEquals(1, some.steps());
        var start = startingWeights(recipe(sets));
        var expected = weights(folder.resolve("one"), "net.");
        double moved = norm(start, expected), difference = norm(expected, weights(folder.resolve("some"), "net."));
        assertTrue(moved > 0.1, () -> "moved by " + moved);
        assertTrue(difference < 1e-5 * moved, difference + " of " + moved); // float32 sums in another order
    }

    @Test
    void patience_endsTheRunAndTheBestEpochIsKept() throws IOException {
        // the weights hardly move, so that the first epoch stays the best
        var recipe = recipe(GROUP_NORM, "optimizer.lr=1e-12", "validation=0.3", "patience=2", "epochs=9");
        var outcome = train(recipe, Squares.source(40), folder);
        assertEquals(3, outcome.epochs());
        assertFalse(outcome.stopped());
        try (var model = ModelFile.open(new RunFolder(folder).model())) {
            assertEquals("1", model.file().provenance().get("epoch"));
            assertEquals(outcome.best().get(), model.file().metrics().get("top1"));
        }
        var e = assertThrows(
                IllegalArgumentException.class,
                () -> train(recipe("patience=2"), Squares.source(40), folder.resolve("none")));
        assertTrue(e.getMessage().startsWith("patience: "), e::getMessage);
        assertFalse(Files.exists(folder.resolve("none")));
    }

    @Test
    void loadedBody_staysWhereTheStrategyLeavesIt() throws IOException {
        train(recipe(), Squares.source(24), folder.resolve("start"));
        var weights = folder.resolve("start/model.safetensors");
        train(
                recipe("weights=" + weights, "strategy=linearProbe", "epochs=2"),
                Squares.source(24),
                folder.resolve("probe"));
        var before = weights(folder.resolve("start"), "net.");
        var after = weights(folder.resolve("probe"), "net.");
        for (var name : before.keySet()) {
            boolean moved = !Arrays.equals(before.get(name), after.get(name));
            assertEquals(name.startsWith("fc."), moved, name);
        }
    }

    // ---- what breaks

    @Test
    void divergence_saysWhereAndKeepsTheLastGoodCheckpoint() throws IOException {
        var recipe = recipe("optimizer.lr=1e9", "optimizer.weightDecay=0.1", "epochs=9");
        var options = new Trainer.Options(Device.CPU, 1, 0, () -> false); // a checkpoint after each update
        var e = assertThrows(DivergedException.class, () -> {
            try (var trainer =
                    new Trainer(recipe, Squares.source(64), new RunFolder(folder), options, new Trainer.Log() {})) {
                trainer.train();
            }
        });
        assertTrue(
                e.getMessage()
                        .matches(
                                "(the loss is (NaN|Infinity), and the first layer whose output is not finite is [a-z0-9.]+,"
                                        + "|[a-z]+\\.[a-z0-9_.]+ is not finite)"
                                        + " at step [0-9]+ with learning rate 1.0E9; the last checkpoint is from before; .*"),
                e::getMessage);
        long step = Long.parseLong(e.getMessage().replaceAll(".* at step ([0-9]+) .*", "$1"));
        assertEquals(step - 1, position(folder).get("step").asLong());
        for (var values : weights(folder, "net.").entrySet())
            for (float value : values.getValue()) assertTrue(Float.isFinite(value), values.getKey());
    }

    @Test
    void lossThatIsNotFinite_namesTheFirstLayer() throws IOException {
        var recipe = recipe();
        var task = new Classification(recipe, Squares.source(24), new Machine(Device.CPU, 1));
        try (var learner = new Learner<>(recipe, task);
                var batches = Loader.inOrder(new Squares(1, 8, 8), 8).epoch(0)) {
            var batch = batches.next();
            var first = new Moment(0, 0, 0, 0, 0.1);
            assertTrue(Double.isFinite(learner.step(batch, first, 1).get("loss")));
            learner.update(first, 1);
            var second = new Moment(0, 1, 0, 0, Double.MAX_VALUE); // 0 * infinity and the like, in every weight
            learner.step(batch, second, 1);
            learner.update(second, 1);
            var third = new Moment(0, 2, 0, 0, 0.1);
            var e = assertThrows(DivergedException.class, () -> learner.step(batch, third, 1));
            assertTrue(e.getMessage().contains("the first layer whose output is not finite is conv1,"), e::getMessage);
        }
    }

    @Test
    void lastEpochThatDiverges_leavesTheModelOfTheOneBefore() throws IOException {
        // three updates an epoch, and an infinite weight after the last
        var recipe = recipe("epochs=2", "schedule={\"type\":\"multiStep\",\"milestones\":[0.8],\"gamma\":1e300}");
        var e = assertThrows(DivergedException.class, () -> train(recipe, Squares.source(24), folder));
        assertTrue(e.getMessage().contains(" is not finite at step 6 "), e::getMessage);
        try (var model = ModelFile.open(new RunFolder(folder).model())) {
            assertEquals("1", model.file().provenance().get("epoch"));
            model.net().state().forEach((name, t) -> assertTrue(t.isFinite(), name));
        }
        assertEquals(3, position(folder).get("step").intValue());
    }

    @Test
    void nativeObjects_areAsManyAfterEveryEpoch() throws IOException {
        var counts = new ArrayList<Long>();
        var log = new Trainer.Log() {
            @Override
            public void epoch(Line.Epoch epoch) {
                counts.add(NativeScope.liveObjects());
            }
        };
        train(
                recipe(EVERYTHING),
                Squares.source(100),
                folder.resolve("first"),
                2,
                1); // what lives as long as the process
        long before = NativeScope.liveObjects();
        train(recipe(with(EVERYTHING, "epochs=5")), Squares.source(100), folder, 2, Integer.MAX_VALUE, log);
        assertEquals(5, counts.size());
        assertEquals(1, counts.stream().distinct().count(), counts::toString);
        assertEquals(before, NativeScope.liveObjects(), "after the trainer is closed");
    }
}
