package resnet4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import resnet4j.config.Records;
import resnet4j.image.Image;
import resnet4j.image.ImageFile;

class TuneCommandTest {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter(), err = new StringWriter();

    /** Twelve pictures of two colours, a recipe for a tiny network, and a space. */
    @BeforeEach
    void makePicturesAndRecipe() throws IOException {
        for (int i = 0; i < 12; i++) {
            var rgb = new byte[8 * 8 * 3];
            Arrays.fill(rgb, (byte) (i % 2 * 100 + i));
            var file = folder.resolve("pictures/" + (i % 2 == 0 ? "dark/" : "light/") + i + ".png");
            Files.createDirectories(file.getParent());
            ImageFile.writePng(file, new Image(8, 8, rgb));
        }
        Files.writeString(folder.resolve("recipe.json"), """
                {"architecture": {"depths": [1], "planes": [4]}, "validation": 0.34, "precision": "fp32",
                 "preprocess": {"cropWidth": 8, "cropHeight": 8}, "epochs": 2, "batch": 4}
                """);
        Files.writeString(folder.resolve("space.json"), """
                {"optimizer.lr": {"type": "logUniform", "low": 0.01, "high": 0.1}}
                """);
    }

    private int run(String line) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        var args =
                new ArrayList<>(List.of(line.replace("DIR", folder.toString()).split(" ")));
        args.addAll(List.of("--device", "cpu", "--threads", "1"));
        return Main.run(new PrintWriter(out), new PrintWriter(err), args.toArray(String[]::new));
    }

    private JsonNode json(String line) {
        assertEquals(0, run(line + " --json"), err::toString);
        return Records.parse(out.toString());
    }

    @Test
    void tune_givesTheBestRecipeAndGoesOn() throws IOException {
        var nothing = json("tune DIR/recipe.json --data folder:DIR/pictures --space DIR/space.json --trials 2 --eta 2"
                + " --budget 0s --run DIR/search");
        assertEquals(0, nothing.get("trials").size());
        assertEquals(false, nothing.get("done").asBoolean());
        var result = json("tune --resume DIR/search");
        assertTrue(result.get("done").asBoolean(), result::toString);
        assertEquals("[1,2]", result.get("rungs").toString());
        assertEquals(2, result.get("trials").size());
        assertEquals(2, result.get("best").get("epochs").asInt());
        var best = Records.parse(Path.of(result.get("recipe").asText()));
        assertEquals(
                result.get("best").get("fields").get("optimizer.lr"),
                best.get("optimizer").get("lr"));
        assertEquals(0, run("tune --resume DIR/search"));
        assertTrue(out.toString().startsWith("trial  epochs  validation  optimizer.lr"), out::toString);
        assertTrue(Files.readString(folder.resolve("search/report.html")).contains("optimizer.lr"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tune --budget 1m | --space: expected a file with the fields to try, got none",
                "tune --space DIR/space.json | --budget: expected a time such as 30m, or --trials, got neither",
                "tune --space DIR/space.json --budget 1d | --budget: expected a time such as 90s, 30m or 8h, got 1d",
                "tune --resume DIR --trials 3 | --resume: the search's own recipe and space are used",
                "tune --space DIR/space.json --trials 1 --data folder:DIR/pictures --set validation=0 | validation: a"
                        + " search chooses by a validation split",
            })
    void wrongUsage_isOneSentence(String line, String sentence) {
        assertEquals(2, run(line));
        assertTrue(err.toString().startsWith("resnet4j: " + sentence), err::toString);
    }
}
