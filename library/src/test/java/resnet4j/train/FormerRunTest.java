package resnet4j.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import resnet4j.config.Records;
import resnet4j.data.DataSource;
import resnet4j.model.ModelFile;
import resnet4j.run.Line;
import resnet4j.run.RunFolder;

/**
 * A run that 8b82b2c began, and that was killed in its second epoch: {@code train R --set data=shapes:800}; the files
 * called "then" are what 8b82b2c made of the same run when nothing interrupted it.
 */
class FormerRunTest {
    private static final Path RUN = Path.of("src/test/resources/resnet4j/train/former-run");

    @TempDir
    Path folder;

    @Test
    void runBegunBefore_goesOnAsItWouldHaveThen() throws IOException {
        for (var name : new String[] {"recipe.json", "metrics.jsonl", "checkpoint.safetensors", "model.safetensors"})
            Files.copy(RUN.resolve(name), folder.resolve(name));
        var run = RunFolder.open(folder);
        var recipe = Recipe.of(run);
        assertTrue(recipe.dropLast());
        assertEquals(new Averaging.Ema(0.9), recipe.average());
        Trainer.Outcome outcome;
        try (var trainer = new Trainer(
                recipe, DataSource.parse(recipe.data()), run, Trainer.Options.DEFAULT, new Trainer.Log() {})) {
            outcome = trainer.train();
        }
        assertFalse(outcome.stopped());
        var then = Files.createDirectory(folder.resolve("then"));
        Files.copy(RUN.resolve("metrics-then.jsonl"), then.resolve("metrics.jsonl"));
        var expected = new RunFolder(then).history();
        var history = run.history();
        assertEquals(expected.size(), history.size());
        for (int i = 0; i < expected.size(); i++) {
            Line a = expected.get(i), b = history.get(i);
            assertEquals(a.step(), b.step());
            assertEquals(a.epoch(), b.epoch());
            double loss = a instanceof Line.Epoch e ? e.validation().get("loss") : 0;
            assertEquals(loss, b instanceof Line.Epoch e ? e.validation().get("loss") : 0, 1e-3); // other processors
        }
        var evaluation = Records.parse(RUN.resolve("evaluation-then.json"));
        assertEquals(
                evaluation.get("loss").doubleValue(),
                outcome.test().orElseThrow().numbers().get("loss"),
                1e-3);
    }

    @Test
    void modelSavedBefore_opens() throws IOException {
        try (var model = ModelFile.open(RUN.resolve(ModelFile.NAME))) {
            assertEquals("resnet20", model.file().model());
            assertEquals(8, model.file().classNames().size());
            assertEquals(0.1125, model.file().metrics().get("top1"));
        }
    }
}
