package resnet4j.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import resnet4j.data.DataSource;
import resnet4j.data.Label;
import resnet4j.model.ModelFile;
import resnet4j.model.SqueezeNet;
import resnet4j.run.Rate;
import resnet4j.run.RunFolder;

class FinetuneTest {
    @TempDir
    Path folder;

    private static DataSource<Label> squares(int size) {
        return new DataSource<>(
                "squares", new Squares(1, size, 8), Optional.empty(), Optional.of(new Squares(2, 30, 8)));
    }

    private Path trained() throws IOException {
        var run = new RunFolder(folder.resolve("start"));
        try (var trainer = new Trainer(
                Runs.recipe("epochs=2"), Squares.source(60), run, Trainer.Options.DEFAULT, new Trainer.Log() {})) {
            trainer.train();
        }
        return run.model();
    }

    @Test
    void plan_solvesForTheHeadWherePicturesAreFewAndSaysWhy() throws IOException {
        var weights = trained();
        try (var opened = ModelFile.open(weights)) {
            var few = Finetune.plan(opened.file(), Optional.of(weights), squares(60), new Finetune.Wishes());
            assertInstanceOf(Objective.Probe.class, few.recipe().learn());
            assertTrue(few.recipe().preprocess().applyExif());
            assertTrue(few.reasons().toString().contains("60 training pictures of 3 classes"));
            var folded =
                    Finetune.plan(opened.file(), Optional.of(weights), squares(60), new Finetune.Wishes().withFolds(3));
            var none = new RunFolder(folder.resolve("none"));
            assertTrue(assertThrows(
                            IllegalArgumentException.class,
                            () -> Finetune.run(folded, squares(60), none, Trainer.Options.DEFAULT))
                    .getMessage()
                    .startsWith("folds: expected a plan of one run, got 3"));
            var many = Finetune.plan(opened.file(), Optional.of(weights), squares(600), new Finetune.Wishes());
            assertEquals(new Strategy.All(0.7), many.recipe().strategy());
            assertTrue(many.recipe().solveHead());
            assertEquals(0.1, many.recipe().validation());
            var outcome = Finetune.run(few, squares(60), new RunFolder(folder.resolve("run")), Trainer.Options.DEFAULT);
            assertEquals(0, outcome.steps());
            // a third by guessing
            assertTrue(
                    outcome.test().orElseThrow().value() > 0.6,
                    () -> "" + outcome.test().get().value());
        }
    }

    @Test
    void whatARateBreaks_beginsAgainMoreSlowly() throws IOException {
        var weights = trained();
        var recipe = Runs.recipe(
                "weights=" + weights, "solveHead=true", "epochs=1", "optimizer.lr=30", "optimizer.momentum=0");
        var said = new ArrayList<String>();
        var run = new RunFolder(folder.resolve("run"));
        var outcome = Finetune.run(
                        recipe,
                        squares(60),
                        run,
                        (again, pictures, folder) -> {
                            var slower = said.isEmpty() ? again : again.withLr(0.01);
                            try (var trainer = new Trainer(
                                    slower, pictures, folder, Trainer.Options.DEFAULT, new Trainer.Log() {})) {
                                return Optional.of(trainer.train());
                            }
                        },
                        said::add)
                .orElseThrow();
        assertEquals(1, said.size());
        assertTrue(said.get(0).endsWith("beginning again with learning rate 7.5e+00"), said::toString);
        assertEquals(0.01, Recipe.of(run).optimizer().lr());
        assertEquals(0, run.epochs().get(0).epoch()); // the head alone
        assertTrue(outcome.test().isPresent());
    }

    @Test
    void rate_isATenthOfTheOneThatHurts() {
        var flat = new ArrayList<Rate>();
        for (int i = 0; i <= 50; i++) {
            double lr = Math.pow(10, -6 + i / 10.0);
            flat.add(new Rate(lr, 0.02 + lr * 10)); // it knew all before: 0.05 more at 0.005
        }
        assertEquals(5e-4, RateFinder.best(flat), 2e-4);
        var falls = List.of(new Rate(1e-3, 2), new Rate(1e-2, 1.5), new Rate(1e-1, 1), new Rate(1, 9));
        assertEquals(1e-1, RateFinder.best(falls), 1e-12);
    }

    @Test
    void squeezeNet_getsAHeadThatIsLinear() {
        var published = new SqueezeNet();
        var model = new ModelFile(
                "squeezenet1_0",
                published.withClasses(3),
                resnet4j.image.Preprocess.imagenet(),
                List.of("a", "b", "c"),
                Map.of(),
                "",
                Map.of());
        var plan = Finetune.plan(model, Optional.empty(), squares(60), new Finetune.Wishes());
        assertEquals(published.withLinearHead().withClasses(3), plan.recipe().architectureFor(3));
    }
}
