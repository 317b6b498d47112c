package resnet4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import resnet4j.config.Records;

class ProbeCommandTest {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter(), err = new StringWriter();

    private int run(String... args) {
        return Main.run(new PrintWriter(out), new PrintWriter(err), args);
    }

    /** Squares of two colours: random features tell them apart. */
    @Test
    void probe_measuresFeaturesOfAnyNetwork() throws IOException {
        var pictures = Squares.write(folder.resolve("pictures"), 8);
        assertEquals(
                0,
                run("probe", "resnet20", "--random", "--data=folder:" + pictures, "--json", "--device=cpu"),
                err::toString);
        var result = Records.parse(out.toString());
        assertTrue(result.get("linear").get("100 %").doubleValue() > 0.5, out::toString);
        assertTrue(result.get("verification").doubleValue() > 0.5, out::toString);
        // its features are maps, 512 of them
        assertEquals(
                0,
                run("probe", "squeezenet1_0", "--random", "--data=folder:" + pictures, "--limit=6", "--device=cpu"),
                err::toString);
    }

    @Test
    void pretrain_refusesARecipeOfLabels() throws IOException {
        var recipe = Files.writeString(folder.resolve("recipe.json"), Squares.RECIPE);
        assertEquals(2, run("pretrain", recipe.toString(), "--data=shapes:20"));
        assertTrue(err.toString().startsWith("resnet4j: RECIPE: expected one that says"), err::toString);
        var pictures = Squares.write(folder.resolve("pictures"), 2);
        assertEquals(2, run("probe", "resnet20", "--random", "--data=unlabelled:" + pictures), err::toString);
        assertTrue(err.toString().contains("--data: expected pictures of two or more classes"), err::toString);
    }
}
