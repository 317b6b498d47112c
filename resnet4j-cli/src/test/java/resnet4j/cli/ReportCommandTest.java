package resnet4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import resnet4j.config.Records;
import resnet4j.data.Reading;
import resnet4j.image.Image;
import resnet4j.image.ImageFile;
import resnet4j.measure.Report;
import resnet4j.model.ModelFile;
import resnet4j.run.RunFolder;
import resnet4j.run.Stages;
import resnet4j.run.Watcher;

class ReportCommandTest {
    private static final String RECIPE = """
            {"model": "resnet20", "architecture": {"depths": [1, 1], "planes": [4, 8]}, "data": "shapes:240",
             "preprocess": {"resize": {"type": "exact", "width": 16, "height": 16}, "cropWidth": 16, "cropHeight": 16},
             "epochs": 2, "batch": 16, "precision": "fp32"}
            """;

    @TempDir
    static Path folder;

    private static Path run;

    private final StringWriter out = new StringWriter(), err = new StringWriter();

    private int run(String... args) {
        return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
    }

    @BeforeAll
    static void train() throws IOException {
        var recipe = Files.writeString(folder.resolve("recipe.json"), RECIPE);
        run = folder.resolve("run");
        var err = new StringWriter();
        int code = Main.run(
                new PrintWriter(new StringWriter()),
                new PrintWriter(err),
                "train",
                recipe.toString(),
                "--run",
                run.toString());
        assertEquals(0, code, err::toString);
    }

    private static Document parse(Path page) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(Files.readAllBytes(page)));
    }

    private static String text(Document page, String path) throws Exception {
        return XPathFactory.newInstance().newXPath().evaluate(path, page);
    }

    @Test
    void reportOfADetector_showsThingsAndNamesNoBackground() throws Exception {
        var recipe = TinyDetector.recipe(folder);
        var detector = folder.resolve("detector");
        assertEquals(0, run("train", "" + recipe, "--run=" + detector), err::toString);
        var page = folder.resolve("things.html");
        assertEquals(0, run("report", "" + detector, "--limit=4", "--out=" + page), err::toString);
        var html = parse(page);
        var does = text(html, "//section[h2='Model card']//div[dt='What it does']/dd");
        assertTrue(does.startsWith("Finds things in pictures: circle, "), does);
        for (var section : List.of("Classes", "Sizes of things", "Kinds of error", "Missed things"))
            assertEquals("1", text(html, "count(//section[h2='" + section + "'])"), section);
        // a network that knows nothing misses all, each shown by itself
        assertTrue(Integer.parseInt(text(html, "count(//section[h2='Missed things']//img)")) > 3);
    }

    @Test
    void report_saysOfARunWhatItsTestSaid() throws Exception {
        var page = folder.resolve("report.html");
        assertEquals(
                0, run("report", run.toString(), "--out", page.toString(), "--json", "--examples", "3"), err::toString);
        var json = Records.parse(out.toString());
        var test = Records.parse(run.resolve("evaluation.json"));
        assertEquals(
                test.get("top1").asDouble(), json.get("numbers").get("top1").asDouble());
        assertEquals(
                test.get("samples").asInt(), json.get("numbers").get("samples").asInt());
        var html = parse(page);
        var right = String.format(Locale.ROOT, "%.2f%%", 100 * test.get("top1").asDouble());
        assertEquals(right, text(html, "//dl[@class='numbers']/div[dt='Top-1 accuracy']/dd/text()"));
        for (var section : new String[] {
            "Model card",
            "Training",
            "Confusion",
            "Classes",
            "At every threshold",
            "How sure it is",
            "What is wrong with the data",
            "Surest mistakes",
            "Least sure",
            "The data at a glance",
            "Speed and cost",
            "How to make it again"
        }) assertEquals("1", text(html, "count(//section[h2='" + section + "'])"), section);
        // each with its heat map and three training pictures
        assertEquals("3", text(html, "count(//section[h2='Surest mistakes']//figure)"));
        assertEquals("15", text(html, "count(//section[h2='Surest mistakes']//img)"));
        assertEquals("0", text(html, "count(//img[not(@alt) or @alt='']) + count(//script) + count(//link)"));
        assertEquals("2", text(html, "//table[caption='Recipe']//tr[th='epochs']/td"));
    }

    /** The count is PyTorch's on these files (EvalCommandTest). */
    @Tag("slow")
    @Test
    void report_ofTenThousandPictures_isSmallEnoughToSend() throws Exception {
        var shared = Shared.folder();
        var page = folder.resolve("cifar.html");
        int code = run(
                "report",
                "resnet56",
                "--weights",
                shared.resolve("cifar-resnets/resnet56-4bfd9763.th").toString(),
                "--mean=0.485,0.456,0.406",
                "--std=0.229,0.224,0.225",
                "--data=cifar10:" + shared.resolve("cifar-10-binary.tar.xz"),
                "--out",
                page.toString(),
                "--json");
        assertEquals(0, code, err::toString);
        assertEquals(
                9339,
                Records.parse(out.toString()).get("numbers").get("correct").asInt());
        assertTrue(Files.size(page) < 5_000_000, () -> page.toFile().length() + " bytes");
    }

    @Test
    void pictures_areAskedAboutOnce() throws Exception {
        var asked = new ArrayList<String>();
        Stages stages = (stage, pictures, unit) -> {
            asked.add(stage + " " + pictures);
            return Watcher.NONE;
        };
        Report.of(run.toString())
                .write(
                        folder.resolve("once.html"),
                        () -> ModelFile.open(run.toString(), Optional.empty(), OptionalInt.empty()),
                        Reading.ahead(1),
                        stages);
        assertEquals(List.of("measure 2000", "features 216", "features 24", "look 2240"), asked);
    }

    @Test
    void report_isMadeInJavaToo() throws Exception {
        var page = folder.resolve("java.html");
        var report = Report.of(new RunFolder(run)).withData("shapes:80").write(page);
        assertEquals(Files.size(page), report.bytes());
        assertTrue(report.toString().contains("shapes:80, test pictures"), report::toString);
        assertTrue(report.sections().contains("Confusion"));
    }

    @Test
    void report_refusesInOneSentence() throws Exception {
        var page = folder.resolve("refused.html").toString();
        var empty = Files.createDirectories(folder.resolve("empty"));
        refused("holds no model; expected the folder of a run", "report", empty.toString(), "--out", page);
        Files.writeString(empty.resolve("recipe.json"), RECIPE);
        refused("it ended before its first epoch", "report", empty.toString(), "--out", page);
        refused("missing: ", "report", run.toString(), "--data", "folder:" + folder.resolve("missing"), "--out", page);
        refused(
                "--data: the network does not know 2 of the classes, such as cat, dog",
                "report",
                run.toString(),
                "--data",
                "folder:" + other(),
                "--out",
                page);
        refused(
                "--split: expected train, val or test, got va",
                "report",
                run.toString(),
                "--split",
                "va",
                "--out",
                page);
        assertFalse(Files.exists(Path.of(page)));
    }

    private Path other() throws IOException {
        var data = folder.resolve("other");
        for (var name : new String[] {"cat", "dog"}) {
            var file = data.resolve(name).resolve("a.png");
            Files.createDirectories(file.getParent());
            ImageFile.writePng(file, new Image(8, 8, new byte[8 * 8 * 3]));
        }
        return data;
    }

    private void refused(String part, String... args) {
        err.getBuffer().setLength(0);
        assertTrue(run(args) != 0, part);
        var said = err.toString().strip();
        assertTrue(said.contains(part), said);
        assertEquals(
                1, said.lines().filter(line -> line.startsWith("resnet4j: ")).count(), said);
    }
}
