package resnet4j.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import resnet4j.config.Records;

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
}
