package resnet4j.report;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import resnet4j.config.Records;
import resnet4j.data.Skipped;
import resnet4j.eval.Evaluation;
import resnet4j.image.Image;
import resnet4j.run.RunFolder;

class RunReportTest {
    /** Where the pages stay, so that one can look at them. */
    private static final Path PAGES = Path.of("target", "sample-reports");

    private static final List<String> HOSTILE = List.of(
            "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "a&b;'\u0000\u202Egnp.exe", "ordinary");

    record Case(String folder, List<String> classes, double skill, int epochs, int pictureSize) {
        @Override
        public String toString() {
            return folder;
        }
    }

    static Stream<Case> cases() {
        var longNames = new ArrayList<String>();
        for (String kind : List.of("Chihuahua", "Norwegian elkhound", "Soft-coated Wheaten terrier"))
            for (String more : List.of("photographed in a studio before a neutral background", "outdoors"))
                longNames.add(kind + " " + more);
        return Stream.of(
                new Case("10-classes", SampleRun.CIFAR, 5.2, 30, 32),
                new Case("2-classes", List.of("normal", "pneumonia"), 3, 12, 28),
                new Case("100-classes", SampleRun.numbered("a class of flowers", 100), 6, 90, 224),
                new Case("1000-classes", SampleRun.numbered("synset", 1000), 7, 3, 0),
                new Case("long-names", longNames, 4.5, 1, 640),
                new Case("hostile-names", HOSTILE, 4, 0, 8));
    }

    private static Document write(Case c) throws Exception {
        Path folder = Files.createDirectories(PAGES.resolve(c.folder()));
        if (c.epochs() > 0) SampleRun.write(folder, c.epochs(), 0.92);
        var skipped = List.of(new Skipped("<b>.png", "expected a picture, got \"<html>\""));
        var evaluation = SampleRun.evaluation(c.classes(), 4000, c.skill(), skipped);
        List<Image> pictures = c.pictureSize() == 0 ? List.of() : SampleRun.pictures(evaluation, c.pictureSize());
        var summary = SampleRun.summary("resnet20", c.folder().replace('-', ' ') + ", test split");
        return parse(
                RunReport.write(new RunFolder(folder), summary, evaluation, ClassSections.of(evaluation, pictures)));
    }

    private static Document parse(Path file) throws Exception {
        var factory = DocumentBuilderFactory.newInstance();
        return factory.newDocumentBuilder().parse(new ByteArrayInputStream(Files.readAllBytes(file)));
    }

    private static NodeList find(Document page, String path) throws Exception {
        return (NodeList) XPathFactory.newInstance().newXPath().evaluate(path, page, XPathConstants.NODESET);
    }

    private static String text(Document page, String path) throws Exception {
        return XPathFactory.newInstance().newXPath().evaluate(path, page);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void page_isWellFormedAndNeedsNothingElse(Case c) throws Exception {
        Document page = write(c);
        assertEquals(
                0,
                find(page, "//script | //link | //iframe | //object | //form").getLength());
        assertEquals(0, find(page, "//@*[starts-with(name(), 'on')]").getLength());
        assertEquals(
                0,
                find(page, "//@href[not(starts-with(., '#'))] | //@src[not(starts-with(., 'data:image/'))]")
                        .getLength());
        assertFalse(Files.readString(PAGES.resolve(c.folder()).resolve("report.html"))
                .contains("url("));
        assertEquals(0, find(page, "//img[not(@alt)] | //svg[not(@aria-label)]").getLength());
    }

    @Test
    void names_cannotBecomeMarkup() throws Exception {
        Document page = write(new Case("hostile-names", HOSTILE, 4, 0, 8));
        for (String name : HOSTILE) {
            String shown = name.replace('\u0000', '\uFFFD');
            boolean found = false;
            NodeList rows = find(page, "//section[h2='Classes']//tbody/tr/th");
            for (int i = 0; i < rows.getLength(); i++)
                found |= rows.item(i).getTextContent().equals(shown);
            assertTrue(found, name);
        }
        assertEquals("<b>.png", text(page, "//section[h2='Skipped pictures']//tbody/tr/th"));
    }

    @Test
    void numbers_areThoseOfTheEvaluation() throws Exception {
        Document page = write(new Case("10-classes", SampleRun.CIFAR, 5.2, 30, 32));
        Evaluation e = SampleRun.evaluation(SampleRun.CIFAR, 4000, 5.2, List.of());
        assertEquals(String.format(Locale.ROOT, "%.2f%%", 100.0 * e.correct() / 4000), number(page, "Top-1 accuracy"));
        assertEquals(
                String.format(Locale.ROOT, "%.2f%%", 100.0 * e.top5Correct() / 4000), number(page, "Top-5 accuracy"));
        assertEquals(String.format(Locale.ROOT, "%,d", e.correct()), number(page, "Correct"));
        assertEquals(String.format(Locale.ROOT, "%.4f", e.loss()), number(page, "Loss"));
        var f1 = e.intervals().get("macroF1");
        assertEquals(
                String.format(Locale.ROOT, "mean over classes; 95%% interval %.4f to %.4f", f1.low(), f1.high()),
                text(page, "//dl[@class='numbers']/div[dt='Macro F1']//span"));
        assertEquals(String.format(Locale.ROOT, "%.4f", e.auc().orElseThrow()), number(page, "ROC area"));
        assertEquals(String.format(Locale.ROOT, "%.2f%%", 100 * e.ece()), number(page, "Calibration error"));

        int[][] shown = new int[10][10];
        NodeList tips = find(page, "//svg[@class='heat']/rect/title");
        for (int i = 0; i < tips.getLength(); i++) {
            var hit = tips.item(i).getTextContent().split("[:, ]+"); // cat: 12 of 400 (3.0%) taken for dog
            int truth = SampleRun.CIFAR.indexOf(hit[0]);
            int taken = hit[4].equals("found") ? truth : SampleRun.CIFAR.indexOf(hit[7]);
            shown[truth][taken] = Integer.parseInt(hit[1]);
        }
        assertArrayEquals(e.confusion(), shown);

        assertEquals("30", text(page, "//dl[@class='facts']/div[dt='Epochs']/dd"));
        assertEquals("2,940", text(page, "//dl[@class='facts']/div[dt='Steps']/dd"));
        var mistake = e.mistakes().get(0);
        assertEquals(
                SampleRun.CIFAR.get(mistake.prediction())
                        + String.format(Locale.ROOT, " %.1f%%", 100 * mistake.probability()) + "is "
                        + SampleRun.CIFAR.get(mistake.truth()) + mistake.name(),
                text(page, "//div[@class='pictures']/figure[1]/figcaption"));
    }

    private static String number(Document page, String name) throws Exception {
        return text(page, "//dl[@class='numbers']/div[dt='" + name + "']/dd/text()");
    }

    @Test
    void smallPictures_keepTheirPixels() throws Exception {
        var image = new Image(2, 1, new byte[] {(byte) 255, 0, 10, 20, (byte) 130, 40});
        String uri = Pictures.uri(image);
        var read = ImageIO.read(
                new ByteArrayInputStream(Base64.getDecoder().decode(uri.substring("data:image/png;base64,".length()))));
        assertEquals(0xFFFF000A, read.getRGB(0, 0));
        assertEquals(0xFF148228, read.getRGB(1, 0));
    }

    @Test
    void largePictures_areMadeSmaller() throws Exception {
        String uri = Pictures.uri(new Image(1301, 700, new byte[1301 * 700 * 3]));
        var read = ImageIO.read(new ByteArrayInputStream(
                Base64.getDecoder().decode(uri.substring("data:image/jpeg;base64,".length()))));
        assertEquals(325, read.getWidth());
        assertEquals(175, read.getHeight());
    }

    @Test
    void mistakes_needAPictureEach() {
        Evaluation e = SampleRun.evaluation(SampleRun.CIFAR, 400, 3, List.of());
        var one = SampleRun.pictures(e, 4).subList(0, 1);
        var error = assertThrows(IllegalArgumentException.class, () -> ClassSections.of(e, one));
        assertEquals("pictures: expected one for each of the 24 mistakes or none, got 1", error.getMessage());
    }

    @Test
    void recipe_isListedByThePathsThatSetTakes() {
        Map<String, String> fields = new LinkedHashMap<>();
        RunReport.flatten(Records.parse("""
                        {"a": {"b": 1.5, "type": "x, y"}, "c": [1, 2], "d": [{"type": "flip"}], "e": null, "f": {}}
                        """), "", fields);
        assertEquals("{a.b=1.5, a.type=x, y, c=[1, 2], d.0.type=flip, e=null, f={}}", fields.toString());
    }

    @ParameterizedTest
    @CsvSource({ // statsmodels 0.14: proportion_confint(correct, samples, method="wilson") to three places
        "0, 10, 0, 0.278",
        "5, 10, 0.237, 0.763",
        "10, 10, 0.722, 1",
        "9243, 10000, 0.919, 0.929"
    })
    void interval_isWilsons(int correct, int samples, double low, double high) {
        var interval = evaluation(correct, samples, 0).interval();
        assertEquals(low, interval.low(), 0.0005);
        assertEquals(high, interval.high(), 0.0005);
    }

    /** {@code correct} of {@code samples} pictures, of which {@code first} are of the first of two classes. */
    private static Evaluation evaluation(int correct, int samples, int first) {
        var classes = List.of(
                new Evaluation.ClassResult("ants", first, 0, 0, 0, 0),
                new Evaluation.ClassResult("bees", samples - first, 0, 0, 0, 0));
        double share = correct / (double) samples;
        return new Evaluation(
                samples,
                correct,
                share,
                samples,
                1,
                0.7,
                Optional.empty(),
                0,
                classes,
                new int[2][2],
                List.of(),
                List.of(),
                Optional.empty());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "70, 151, 69 | guessing | 46.4 %: no better than guessing (70 of 151 pictures right; guessing gets 54.3 %).",
                "82, 151, 69 | guessing | 54.3 %: no better than guessing (82 of 151 pictures right; guessing gets 54.3 %).",
                "6, 8, 4 | unsure | 75.0 %: not clearly better than guessing (6 of 8 pictures right; guessing gets 50.0 %).",
                "700, 1000, 500 | better | 70.0 %: better than guessing, with many mistakes (700 of 1,000 pictures right; guessing gets 50.0 %).",
                "143, 151, 69 | good | 94.7 %: 143 of 151 pictures right; guessing gets 54.3 %.",
                "1, 1, 1 | unsure | 100.0 %: 1 of 1 picture right, all of one class.",
            })
    void verdict_comesFirstInWordsAndColour(String counts, String kind, String words) throws Exception {
        var n = Stream.of(counts.split(", ")).mapToInt(Integer::parseInt).toArray();
        var evaluation = evaluation(n[0], n[1], n[2]);
        Path folder = Files.createDirectories(PAGES.resolve("verdict-" + kind));
        var page = parse(RunReport.write(
                new RunFolder(folder),
                SampleRun.summary("resnet20", "ants"),
                evaluation,
                ClassSections.of(evaluation, List.of())));
        var verdict = find(page, "//main/header/following-sibling::*[1]").item(0);
        assertEquals(
                "verdict " + kind, verdict.getAttributes().getNamedItem("class").getNodeValue());
        assertEquals(words, verdict.getTextContent());
        assertEquals("One thing to know.", text(page, "//ul[@class='notes']/li"));
        boolean said = evaluation.notes().stream().anyMatch(note -> note.contains("guessing"));
        assertEquals(words.contains("better than guessing (") && !kind.equals("better"), said);
    }

    @ParameterizedTest
    @CsvSource({"41.6, 42 s", "59.9, 1 min 0 s", "200, 3 min 20 s", "4387, 1 h 13 min", "100000, 27 h 46 min"})
    void duration_isReadable(double seconds, String text) {
        assertEquals(text, Amounts.duration(seconds));
    }

    @Test
    void history_takesTheLaterOfTwoWritings(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("metrics.jsonl"), """
                {"kind":"start"}
                {"kind":"step","step":1,"epoch":0,"loss":5}
                {"kind":"step","step":2,"epoch":0,"loss":4}
                {"kind":"epoch","epoch":0,"validation":{"top1":0.5}}
                {"kind":"step","step":3,"epoch":1,"loss":9}
                {"kind":"step","step":4,"epoch":1,"loss":9}
                {"kind":"epoch","epoch":1,"validation":{"top1":0.1}}
                {"kind":"step","step":3,"epoch":1,"loss":3}
                {"kind":"step","step":4,"epoch":1,"loss":"NaN"}
                {"kind":"epoch","epoch":1,"validation":{"top1":0.6}}
                {"kind":"step","step":5,"epoch":2,"loss":1}
                {"kind":"step","st""");
        var history = History.of(new RunFolder(folder));
        assertEquals(
                List.of(
                        new Chart.Point(0.5, 5),
                        new Chart.Point(1, 4),
                        new Chart.Point(1.5, 3),
                        new Chart.Point(2.5, 1)),
                history.perStep(step -> step.train().get("loss")));
        assertEquals(
                List.of(new Chart.Point(1, 0.5), new Chart.Point(2, 0.6)),
                history.perEpoch(epoch -> epoch.validation().get("top1")));
        assertEquals(3.5, history.median(step -> step.train().get("loss")));
    }
}
