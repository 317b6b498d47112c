package resnet4j.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static resnet4j.train.Runs.norm;
import static resnet4j.train.Runs.recipe;
import static resnet4j.train.Runs.startingWeights;
import static resnet4j.train.Runs.train;
import static resnet4j.train.Runs.weights;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import resnet4j.model.ModelFile;
import resnet4j.run.RunFolder;

/** What follows the weights, and where the weights go back to. */
class AverageTest {
    @TempDir
    Path folder;

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
}
