package resnet4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import resnet4j.config.Records;
import resnet4j.data.PictureFiles;

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
    void search_findsThePictureItselfFirst() throws IOException {
        var pictures = Squares.write(folder.resolve("pictures"), 4);
        var recipe = Files.writeString(folder.resolve("recipe.json"), Squares.RECIPE);
        var run = folder.resolve("run").toString();
        assertEquals(
                0,
                run("train", recipe.toString(), "--data=folder:" + pictures, "--set=epochs=1", "--run=" + run),
                err::toString);
        var index = folder.resolve("pictures.index").toString();
        assertEquals(0, run("index", run, pictures.toString(), "--out=" + index, "--device=cpu"), err::toString);
        var first = PictureFiles.pictures(pictures).get(0).toString();
        out.getBuffer().setLength(0);
        assertEquals(0, run("search", index, first, "--top=2", "--json", "--device=cpu"), err::toString);
        var found = Records.parse(out.toString()).get("pictures").get(0).get("found");
        assertEquals(2, found.size());
        assertEquals(1, found.get(0).get("likeness").doubleValue(), 1e-5);
        assertEquals(2, run("index", "resnet20", "--random", pictures.toString(), "--out=" + index));
        assertTrue(err.toString().contains("expected a network with weights"), err::toString);
        assertEquals(1, run("search", recipe.toString(), first), err::toString);
        assertEquals(
                0,
                run("train", recipe.toString(), "--data=folder:" + pictures, "--set=epochs=2", "--run=" + run + 2),
                err::toString);
        Files.copy(
                Path.of(run + 2, "model.safetensors"),
                Path.of(run, "model.safetensors"),
                StandardCopyOption.REPLACE_EXISTING);
        assertEquals(1, run("search", index, first, "--device=cpu"), err::toString);
        assertTrue(err.toString().contains("they have changed"), err::toString);
    }

    /** The table's test pictures are of two places. */
    @Test
    void decide_choosesOnValidationPicturesAndMeasuresOnOthers() throws IOException {
        var pictures = Squares.write(folder.resolve("pictures"), 8);
        var recipe = Files.writeString(folder.resolve("recipe.json"), Squares.RECIPE);
        var run = folder.resolve("run").toString();
        assertEquals(
                0,
                run("train", recipe.toString(), "--data=folder:" + pictures, "--set=epochs=1", "--run=" + run),
                err::toString);
        var table = new StringBuilder("file,label,split,group\n");
        var splits = List.of("train", "val", "test", "test");
        int i = 0;
        for (var file : PictureFiles.pictures(pictures)) {
            var split = splits.get(i++ % 4);
            table.append(String.join(
                    ",", file.toString(), file.getParent().getFileName().toString(), split, split + i % 4 + "\n"));
        }
        var list = Files.writeString(folder.resolve("list.csv"), table);
        var first =
                PictureFiles.pictures(pictures).get(0).getParent().getFileName().toString();
        var page = folder.resolve("page.html").toString();
        out.getBuffer().setLength(0);
        assertEquals(
                0,
                run("decide", run, "--data=list:" + list, "--positive=" + first, "--out=" + page, "--json"),
                err::toString);
        var decided = Records.parse(out.toString());
        assertEquals("val", decided.get("chosenOn").asText());
        assertEquals(2, decided.get("operating").get("groups").size(), out::toString);
        assertTrue(Files.readString(Path.of(page)).contains("Decision curve"));
        assertEquals(2, run("decide", run, "--data=list:" + list, "--positive=gren"), err::toString);
        assertTrue(err.toString().contains("expected a class of the network, got gren"), err::toString);
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
