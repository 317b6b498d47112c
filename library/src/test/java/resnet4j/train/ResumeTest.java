package resnet4j.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static resnet4j.train.Runs.EVERYTHING;
import static resnet4j.train.Runs.GROUP_NORM;
import static resnet4j.train.Runs.position;
import static resnet4j.train.Runs.recipe;
import static resnet4j.train.Runs.result;
import static resnet4j.train.Runs.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.data.DataSource;
import resnet4j.data.Skipped;
import resnet4j.run.Line;
import resnet4j.run.RunFolder;
import resnet4j.tensor.Device;

/** That a run that was stopped or killed goes on as if nothing had been, in its own folder, or is refused. */
class ResumeTest {
    @TempDir
    Path folder;

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

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void unreadablePictures_areListedOnceEachEpochAlsoWhenResumed(int accumulate) throws IOException {
        var source = Squares.source(40);
        var data =
                new DataSource<>("damaged", new Runs.Damaged(source.train(), 10, 25), Optional.empty(), source.test());
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
}
