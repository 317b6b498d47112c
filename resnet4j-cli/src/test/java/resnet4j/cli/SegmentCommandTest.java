package resnet4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import resnet4j.config.Records;
import resnet4j.image.Image;
import resnet4j.image.ImageFile;
import resnet4j.image.LabelMap;
import resnet4j.image.Preprocess;
import resnet4j.model.BackboneConfig;
import resnet4j.model.ModelFile;
import resnet4j.segment.UNet;
import resnet4j.tensor.Ops;

/** {@code predict} and {@code eval} with a network that answers for each pixel. */
class SegmentCommandTest {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter(), err = new StringWriter();
    private Path model, data;

    @BeforeEach
    void makeModelAndData() throws IOException {
        model = folder.resolve("model.safetensors");
        data = folder.resolve("data");
        var net = new UNet(BackboneConfig.of("resnet18"), List.of(8, 8, 8, 8, 8), 2);
        Ops.seed(0);
        try (var built = net.build()) {
            var names = List.of("background", "foreground");
            new ModelFile("unet_resnet18", net, Preprocess.stretch(64, 64), names, Map.of(), "", Map.of())
                    .save(model, built);
        }
        Files.createDirectories(data.resolve("images"));
        Files.createDirectories(data.resolve("masks"));
        var random = new Random(1);
        for (var name : List.of("1.png", "2.png")) {
            var rgb = new byte[3 * 40 * 36];
            random.nextBytes(rgb);
            ImageFile.writePng(data.resolve("images/" + name), new Image(40, 36, rgb));
            var mask = new byte[40 * 36];
            for (int i = 0; i < mask.length / 2; i++) mask[i] = -1;
            ImageFile.writeLabels(data.resolve("masks/" + name), new LabelMap(40, 36, mask), new int[256]);
        }
    }

    private int run(String... args) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Main.run(new PrintWriter(out), new PrintWriter(err), args);
    }

    @Test
    void predict_writesMapsAndSaysAreas() throws IOException {
        Files.writeString(data.resolve("images/0.jpg"), "no picture");
        var maps = folder.resolve("maps");
        assertEquals(
                0,
                run(
                        "predict",
                        model.toString(),
                        data.resolve("images").toString(),
                        "--draw",
                        maps.toString(),
                        "--json"),
                err::toString);
        var json = Records.parse(out.toString());
        assertEquals(2, json.get("pictures").intValue());
        assertEquals(1, json.get("skipped").size());
        int[] counts = new int[2];
        for (byte label : ImageFile.readLabels(maps.resolve("1.png")).labels()) counts[label]++;
        for (var area : json.get("areas").get(0).get("classes"))
            assertEquals(
                    counts[area.get("name").textValue().equals("background") ? 0 : 1],
                    area.get("pixels").intValue());
        assertTrue(Files.exists(maps.resolve("2-overlay.png")));
    }

    /** Counted anew from the maps that predict writes. */
    @Test
    void eval_countsWhatPredictAnswers() throws IOException {
        var maps = folder.resolve("maps");
        assertEquals(0, run("eval", model.toString(), "--data", "masks:" + data, "--json"), err::toString);
        var json = Records.parse(out.toString());
        assertEquals(0, run("predict", model.toString(), data.resolve("images").toString(), "--draw", maps.toString()));
        double right = 0, both = 0, either = 0;
        for (var name : List.of("1.png", "2.png")) {
            var answer = ImageFile.readLabels(maps.resolve(name)).labels();
            for (int i = 0; i < answer.length; i++) {
                boolean truth = i < answer.length / 2, said = answer[i] == 1;
                if (truth == said) right++;
                if (truth && said) both++;
                if (truth || said) either++;
            }
        }
        assertEquals(right / (2 * 40 * 36), json.get("pixelAccuracy").doubleValue(), 1e-9);
        assertEquals(both / either, json.get("classes").get(1).get("iou").doubleValue(), 1e-9);
        assertEquals(2, json.get("samples").intValue());
        assertEquals(
                0, run("eval", model.toString(), "--data", "masks:" + data, "--views", "mirror", "--scales", "1,1.5"));
        assertTrue(out.toString().contains("mean IoU"), out::toString);
    }

    @Test
    void compare_findsNoDifferenceBetweenANetworkAndItself() {
        assertEquals(
                0,
                run(("compare " + model + " " + model + " --data masks:" + data
                                + " --rounds 1 --max-batch 1 --seconds 0.05 --device cpu --threads 1 --json")
                        .split(" ")),
                err::toString);
        var json = Records.parse(out.toString());
        var score = json.get("models").get(0).get("score");
        assertEquals("miou", score.get("headline").textValue());
        assertTrue(score.get("intervals").has("miou"), score::toString);
        var pair = json.get("pairs").get(0);
        assertFalse(pair.has("test"), pair::toString);
        assertEquals(
                Records.parse(
                        "[{\"number\":\"miou\",\"difference\":0.0,\"interval\":{\"low\":0.0,\"high\":0.0},\"p\":1.0}]"),
                pair.get("draws"));
    }

    @Test
    void whatDoesNotFit_isSaid() {
        assertSaid(
                "--out: a network that answers for each pixel",
                "predict",
                model.toString(),
                data.toString(),
                "--out",
                "x");
        assertSaid(
                "--draw: expected a detector or a network that answers for each pixel",
                "predict",
                "resnet20",
                "--random",
                data.toString(),
                "--draw",
                "x");
        assertSaid("--score: expected a detector", "predict", model.toString(), data.toString(), "--score", "0.5");
        assertSaid(
                "--views: expected one or mirror",
                "eval",
                model.toString(),
                "--data",
                "masks:" + data,
                "--views",
                "shifts");
        assertSaid(
                "--window: expected at least 32", "eval", model.toString(), "--data", "masks:" + data, "--window", "3");
        assertSaid(
                "--scales and --window: expected a network that answers for each pixel",
                "eval",
                "resnet20",
                "--random",
                "--data",
                "shapes:8",
                "--scales",
                "1,2");
    }

    private void assertSaid(String part, String... args) {
        assertEquals(2, run(args), out::toString);
        assertTrue(err.toString().contains(part), err::toString);
    }

    @Test
    void report_showsTheBestAndWorstPictures() throws IOException {
        var page = folder.resolve("report.html");
        assertEquals(
                0,
                run("report", model.toString(), "--data", "masks:" + data, "--out", page.toString(), "--json"),
                err::toString);
        assertTrue(Records.parse(out.toString()).get("numbers").has("miou"));
        var html = Files.readString(page);
        for (var heading : List.of("Model card", "What was taken for what", "Worst pictures", "The data at a glance"))
            assertTrue(html.contains(">" + heading + "</h2>"), heading);
    }

    private JsonNode done(String... args) {
        assertEquals(0, run(args), err::toString);
        return Records.parse(out.toString());
    }

    /** Taught once, by its maps; what comes out is measured, shown, exported and used by the commands of others. */
    @Test
    void whatIsPruned_isTaughtAgain_andIsANetworkLikeAnyOther() {
        var small = folder.resolve("small.safetensors").toString();
        var masks = "masks:" + data;
        var result = done(
                "prune",
                model.toString(),
                "--data=" + masks,
                "--macs=0.5",
                "--epochs=1",
                "--run=" + folder.resolve("run"),
                "--out=" + small,
                "--json");
        long before = result.get("before").get("macs").longValue(),
                after = result.get("after").get("macs").longValue();
        assertTrue(after <= 0.5 * before && after > 0.3 * before, result::toString);
        assertTrue(result.get("before").has("miou"), result::toString);
        assertEquals(1, result.get("runs").size());
        assertEquals(
                result.get("after").get("miou"),
                done("eval", small, "--data=" + masks, "--json").get("miou"));
        assertEquals(after, done("summary", small, "--json").get("macs").longValue());
        var photographs = data.resolve("images").toString();
        assertEquals(
                2, done("predict", small, photographs, "--json").get("pictures").intValue());
        var onnx = folder.resolve("small.onnx"); // compared with ONNX Runtime's answers at once
        assertEquals(0, run("export", small, "--out=" + onnx), err::toString);
        assertTrue(Files.exists(onnx));
    }

    /** The same pictures measure the network before, the file in eight bits after, and that file once it is opened. */
    @Test
    void whatIsQuantized_isMeasuredAlikeOnceItIsSaved() {
        var small = folder.resolve("eight.safetensors").toString();
        var masks = "masks:" + data;
        var result = done(
                "quantize",
                model.toString(),
                "--calibrate=" + masks,
                "--eval=" + masks,
                "--max-drop=1",
                "--out=" + small,
                "--json");
        assertEquals(
                result.get("before").get("miou"),
                done("eval", model.toString(), "--data=" + masks, "--json").get("miou"));
        assertEquals(
                result.get("after").get("miou"),
                done("eval", small, "--data=" + masks, "--json").get("miou"));
        assertTrue(result.get("after").get("bytes").longValue()
                < 0.3 * result.get("before").get("bytes").longValue());
        var photographs = data.resolve("images").toString();
        assertEquals(
                2, done("predict", small, photographs, "--json").get("pictures").intValue());
        assertEquals(0, run("bench", small, "--seconds=0.1", "--mode=infer"), err::toString);
        // of logits near 0, whose rounding is large beside them, as nothing was learned
        var check = done("export", small, "--out=" + folder.resolve("eight.onnx"), "--json")
                .get("check");
        assertEquals(8 * 64 * 64, check.get("answers").intValue());
        assertTrue(check.get("agreements").intValue() > 0.95 * 8 * 64 * 64, check::toString);
    }

    @Test
    void dataOfOtherClasses_areRefusedBeforeAnythingIsCut() {
        assertSaid(
                "--data: expected the network's classes, [background, foreground]",
                "prune",
                model.toString(),
                "--data=shapes:8",
                "--macs=0.5",
                "--out=" + folder.resolve("small.safetensors"));
    }
}
