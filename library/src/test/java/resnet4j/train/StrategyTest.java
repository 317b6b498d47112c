package resnet4j.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static resnet4j.train.Runs.recipe;
import static resnet4j.train.Runs.train;
import static resnet4j.train.Runs.weights;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "augment=[{\"type\":\"flip\",\"p\":0.5}]",
                "mix={\"type\":\"mixUp\",\"alpha\":0.4}",
                "progressive={\"share\":0.5,\"size\":8}",
                "labelSmoothing=0.1",
                "average={\"type\":\"ema\",\"decay\":0.9}"
            })
    void whatAProbeHasNoUseFor_isRefused_andLeftOutOfRecipesOfBefore(String change) throws IOException {
        var refused = assertThrows(
                IllegalArgumentException.class,
                () -> train(recipe("learn=probe", change), Squares.source(24), folder.resolve("refused")));
        var field = change.substring(0, change.indexOf('='));
        assertTrue(refused.getMessage().startsWith(field + ": a probe solves for the head"), refused.getMessage());
        if (field.equals("average")) return; // ema was its name then
        assertEquals(recipe("learn=probe"), recipe("strategy=linearProbe", change));
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
