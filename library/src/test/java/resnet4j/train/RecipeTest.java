package resnet4j.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import resnet4j.config.Records;
import resnet4j.data.Augment;

class RecipeTest {
    /** The recipes in the repository, which lie beside the folder of this module. */
    static List<Path> recipes() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("../recipes"))) {
            return files.filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void recipesOfTheRepository_areRecipes(Path file) throws IOException {
        var recipe = Records.overlay(new Recipe(), Records.parse(file));
        recipe.architectureFor(10); // its model has a name, and the changes fit it
        assertEquals(
                Records.write(recipe),
                Records.write(Records.read(Records.write(recipe), Recipe.class)),
                "written and read");
        for (var field : Records.parse(file).properties()) // nothing is lost on the way
        assertTrue(Records.parse(Records.write(recipe)).has(field.getKey()), field.getKey());
    }

    @Test
    void cifar10Recipe_saysWhatItsFileSays() throws IOException {
        var recipe = Records.overlay(new Recipe(), Records.parse(Path.of("../recipes/cifar10-resnet20.json")));
        assertEquals("resnet20", recipe.model());
        assertEquals(2, recipe.augment().size());
        assertEquals(32, recipe.epochs());
        assertTrue(
                recipe.schedule() instanceof Schedule.OneCycle,
                recipe.schedule().toString());
    }

    @Test
    void recipesInJava_areThoseOfJson() {
        var made = Recipe.classify("resnet56")
                .withData("cifar10:x")
                .withEpochs(3)
                .withAugment(new Augment.Flip(0.25))
                .withOptimizer(new Optim.AdamW())
                .withAverage(new Averaging.Ema(0.9))
                .withWeights(Path.of("w.pth"));
        var read = Records.overlay(new Recipe(), Records.parse("""
                {"model": "resnet56", "data": "cifar10:x", "epochs": 3, "augment": [{"type": "flip", "p": 0.25}],
                 "optimizer": "adamW", "average": {"type": "ema", "decay": 0.9}, "weights": "w.pth"}"""));
        assertEquals(read, made);
        var own = made.withArchitecture(made.architectureFor(7));
        assertEquals(made.architectureFor(10), own.architectureFor(10));
        var e = assertThrows(IllegalArgumentException.class, () -> made.withEpochs(0));
        assertEquals("epochs: expected at least 1, got 0", e.getMessage());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"ema\": 0.9}|{\"average\": {\"type\": \"ema\", \"decay\": 0.9}}",
                "{\"ema\": 0.0, \"lookahead\": {\"every\": 0, \"decay\": 0.77}}|{}",
                "{\"lookahead\": {\"every\": 7}}|{\"average\": {\"type\": \"lookahead\", \"every\": 7, \"decay\": 0.77}}",
                "{\"strategy\": \"linearProbe\"}|{\"learn\": \"probe\"}",
                "{\"strategy\": {\"type\": \"linearProbe\"}}|{\"learn\": \"probe\"}"
            })
    void namesOfBefore_areRead(String before, String today) {
        assertEquals(
                Records.overlay(new Recipe(), Records.parse(today)),
                Records.overlay(new Recipe(), Records.parse(before)));
    }

    @Test
    void twoAverages_areRefused() {
        var both = Records.parse("{\"ema\": 0.9, \"lookahead\": {\"every\": 5}}");
        var e = assertThrows(IllegalArgumentException.class, () -> Records.overlay(new Recipe(), both));
        assertEquals("lookahead: expected one average of the weights, got ema too", e.getMessage());
    }
}
