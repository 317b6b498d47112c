package resnet4j.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static resnet4j.train.Runs.recipe;
import static resnet4j.train.Runs.train;
import static resnet4j.train.Runs.weights;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which weights move. */
class StrategyTest {
    @TempDir
    Path folder;

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

    @Test
    void lowerStages_learnMoreSlowly() {
        assertEquals(1, new Strategy.All(0.5).lrScale(0, 3));
        assertEquals(0.25, new Strategy.All(0.5).lrScale(2, 3));
        assertEquals(0, new Strategy.LastStages(1).lrScale(2, 3));
        assertEquals(0, new Strategy.Gradual(2, 1).lrScale(2, 3));
        assertEquals(1, new Strategy.Gradual(2, 1).lrScale(2, 4));
    }
}
