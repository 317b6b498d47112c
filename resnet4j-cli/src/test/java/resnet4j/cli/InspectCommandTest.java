package resnet4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import resnet4j.config.Records;
import resnet4j.image.Preprocess;
import resnet4j.model.ModelFile;
import resnet4j.model.Models;

class InspectCommandTest {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter(), err = new StringWriter();

    private int run(String... args) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Main.run(new PrintWriter(out), new PrintWriter(err), args);
    }

    /** Squares, of which one is in both splits, one has the name of another's group, and one file is no picture. */
    @Test
    void inspect_findsTwinsGroupsAndDamage_andShowsThemOnAPage() throws IOException {
        var data = Squares.write(folder.resolve("data"), 8);
        Files.copy(data.resolve("train/red/3.png"), data.resolve("val/red/copy.png"));
        Files.move(data.resolve("train/blue/1.png"), data.resolve("train/blue/patient7_1.png"));
        Files.move(data.resolve("val/blue/2.png"), data.resolve("val/blue/patient7_2.png"));
        Files.writeString(data.resolve("train/green/5.png"), "no picture");
        var page = folder.resolve("page.html");
        var args = new String[] {"inspect", "folder:" + data, "--model=" + model(), "--json", "--out=" + page};
        assertEquals(0, run(args), err::toString);
        var found = Records.parse(out.toString());
        var twin = found.get("twins").get("list").get(0);
        assertEquals("train/red/3.png", twin.get("first").get("name").textValue());
        assertEquals("val/red/copy.png", twin.get("second").get("name").textValue());
        assertEquals(1, twin.get("likeness").doubleValue());
        assertEquals("patient7", found.get("groups").get(0).get("name").textValue());
        assertEquals(
                "train/green/5.png", found.get("unreadable").get(0).get("file").textValue());
        assertEquals(23 + 13, found.get("labels").get("pictures").intValue());
        var html = Files.readString(page);
        assertTrue(html.contains("Near-duplicates") && html.contains("patient7") && html.contains("hard to believe"));

        assertEquals(0, run("inspect", "folder:" + data), err::toString);
        assertTrue(out.toString().contains("near-duplicates, val in train:"), out::toString);
        assertFalse(out.toString().contains("probable label errors"), out::toString);
    }

    private Path model() throws IOException {
        var small = Records.parse("{\"depths\": [1, 1], \"planes\": [4, 8]}");
        var architecture =
                Records.overlay(Models.get("resnet20").architecture(), small).withClasses(3);
        var preprocess = Records.overlay(Preprocess.cifar10(), Records.parse("{\"cropWidth\": 8, \"cropHeight\": 8}"));
        var file = folder.resolve("model.safetensors");
        try (var net = architecture.build()) {
            new ModelFile("resnet20", architecture, preprocess, List.of("a", "b", "c"), Map.of(), "", Map.of())
                    .save(file, net);
        }
        return file;
    }

    @Test
    void whatCannotBe_isASentence() throws IOException {
        assertEquals(2, run("inspect", "shapes:20", "--likeness=1"));
        assertTrue(err.toString().contains("--likeness: expected more than 0 and less than 1"), err::toString);
        assertEquals(2, run("inspect", "shapes:20", "--bits=70"));
        assertTrue(err.toString().contains("--bits: expected 0 to 32, got 70"), err::toString);
        assertEquals(1, run("inspect", "shapes:20", "--model=no/such"));
        assertTrue(err.toString().contains("no/such: there is no such model file"), err::toString);
    }

    @Test
    void labelsOfFewPictures_areNotJudged() throws IOException {
        var data = Squares.write(folder.resolve("few"), 2);
        assertEquals(0, run("inspect", "folder:" + data, "--model=" + model(), "--folds=100"), err::toString);
        assertTrue(out.toString().contains("Labels were not judged"), out::toString);
        assertTrue(out.toString().contains("each other's, 100."), out::toString);
    }
}
