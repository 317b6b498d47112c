package resnet4j.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static resnet4j.train.Runs.EVERYTHING;
import static resnet4j.train.Runs.GROUP_NORM;
import static resnet4j.train.Runs.norm;
import static resnet4j.train.Runs.recipe;
import static resnet4j.train.Runs.result;
import static resnet4j.train.Runs.start;
import static resnet4j.train.Runs.startingWeights;
import static resnet4j.train.Runs.train;
import static resnet4j.train.Runs.weights;
import static resnet4j.train.Runs.with;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.config.Records;
import resnet4j.data.Batch;
import resnet4j.data.DataSource;
import resnet4j.data.Label;
import resnet4j.data.Loader;
import resnet4j.eval.Inputs;
import resnet4j.model.ModelFile;
import resnet4j.run.Line;
import resnet4j.run.RunFolder;
import resnet4j.tensor.Device;
import resnet4j.tensor.LiveObjects;
import resnet4j.tensor.Losses;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Tensor;

/** That runs learn, the same each time, and what a step is, against sums done by hand. */
class LoopTest {
    @TempDir
    Path folder;

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
    void smallerPicturesThanTheNetworkTakes_areRefusedBeforeAnyWork() {
        var recipe = recipe(
                "model=resnet8_speed", "architecture={\"widths\":[8,16]}", "progressive={\"share\":0.5,\"size\":4}");
        var e = assertThrows(IllegalArgumentException.class, () -> train(recipe, Squares.source(24), folder));
        assertTrue(e.getMessage().contains("at least 5x5 pixels for this network, got 4x4"), e::getMessage);
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
            assertTrue(model.file().provenance().get("version").matches("\\d+\\.\\d+.*"));
            assertEquals(outcome.best().get(), model.file().metrics().get("top1"));
        }
        var e = assertThrows(
                IllegalArgumentException.class,
                () -> train(recipe("patience=2"), Squares.source(40), folder.resolve("none")));
        assertTrue(e.getMessage().startsWith("patience: "), e::getMessage);
        assertFalse(Files.exists(folder.resolve("none")));
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
        long before = LiveObjects.settled();
        train(recipe(with(EVERYTHING, "epochs=5")), Squares.source(100), folder, 2, Integer.MAX_VALUE, log);
        assertEquals(5, counts.size());
        assertEquals(1, counts.stream().distinct().count(), counts::toString);
        assertEquals(before, NativeScope.liveObjects(), "after the trainer is closed");
    }

    /** The third batch of the update cannot be read: the gradient is the mean of the two that can. */
    @Test
    void unreadableBatch_doesNotWeakenItsUpdate() throws IOException {
        var sets = new String[] {GROUP_NORM, "epochs=1", "order=inOrder", "optimizer={\"type\":\"sgd\",\"lr\":0.5}"};
        var all = Squares.source(24);
        var damaged = new DataSource<>("damaged", new Runs.Damaged(all.train(), 16, 24), all.val(), all.test());
        var readable = new DataSource<>(
                "readable", all.train().subset(IntStream.range(0, 16).toArray()), all.val(), all.test());
        train(recipe(with(sets, "accumulate=3")), damaged, folder.resolve("damaged"));
        train(recipe(with(sets, "accumulate=2")), readable, folder.resolve("readable"));
        var expected = weights(folder.resolve("readable"), "net.");
        double moved = norm(startingWeights(recipe(sets)), expected);
        double difference = norm(expected, weights(folder.resolve("damaged"), "net."));
        assertTrue(moved > 0.05, () -> "moved by " + moved);
        assertTrue(difference < 1e-5 * moved, difference + " of " + moved); // float32 sums in another order
    }

    /** Whatever is learned, and by all that trains: the pictures say nothing. */
    @Test
    void picturesThatAreAllAlike_areRefused() {
        var all = Squares.source(24);
        var alike =
                new DataSource<>("alike", all.train().subset(0, 0, 0, 0), Optional.empty(), Optional.of(all.train()));
        var e = assertThrows(IllegalArgumentException.class, () -> train(recipe("epochs=1"), alike, folder));
        assertTrue(e.getMessage().startsWith("data: expected pictures that differ, got 4"), e.getMessage());
        assertFalse(Files.exists(folder.resolve("epochs.jsonl")), "nothing is begun");
    }
}
