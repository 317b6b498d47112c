package resnet4j.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static resnet4j.train.Runs.position;
import static resnet4j.train.Runs.recipe;
import static resnet4j.train.Runs.train;
import static resnet4j.train.Runs.weights;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import resnet4j.data.Loader;
import resnet4j.model.ModelFile;
import resnet4j.run.RunFolder;
import resnet4j.tensor.Device;

/** What breaks, and what is kept then. */
class DivergenceTest {
    @TempDir
    Path folder;

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
}
