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
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import resnet4j.Classifier;
import resnet4j.config.Records;
import resnet4j.image.Image;
import resnet4j.image.ImageFile;
import resnet4j.model.ModelFile;
import resnet4j.model.Models;
import resnet4j.tensor.Ops;

class PredictCommandTest {
    @TempDir
    Path folder;

    private Path model, pictures;
    private final StringWriter out = new StringWriter(), err = new StringWriter();

    /** A saved model with random weights, and a folder with five pictures, one of them damaged, and a text. */
    @BeforeEach
    void makeModelAndPictures() throws IOException {
        model = folder.resolve("model.safetensors");
        Ops.seed(0);
        var entry = Models.get("resnet20");
        var labels = List.of("a", "b, c", "d \"e\"", "f");
        try (var net = Models.create("resnet20", 4)) {
            new ModelFile("resnet20", net.architecture(), entry.preprocess(), labels, Map.of(), "", Map.of())
                    .save(model, net);
        }
        pictures = Files.createDirectories(folder.resolve("pictures/deeper")).getParent();
        var random = new Random(1);
        for (var name : List.of("1.png", "2.png", "deeper/3.PNG", "deeper/4.png")) {
            var rgb = new byte[40 * 36 * 3];
            random.nextBytes(rgb);
            ImageFile.writePng(pictures.resolve(name), new Image(40, 36, rgb));
        }
        Files.writeString(pictures.resolve("0.jpg"), "no picture");
        Files.writeString(pictures.resolve("read me.txt"), "nor this");
    }

    private int run(String... more) {
        out.getBuffer().setLength(0);
        var args = Stream.concat(Stream.of("predict", model.toString(), "--device", "cpu"), Stream.of(more));
        return Main.run(new PrintWriter(out), new PrintWriter(err), args.toArray(String[]::new));
    }

    private JsonNode predict(String... more) {
        var args = Stream.concat(Stream.of(pictures.toString(), "--json"), Stream.of(more));
        assertEquals(0, run(args.toArray(String[]::new)), err::toString);
        return Records.parse(out.toString());
    }

    @Test
    void folder_isWalked_andWhatCannotBeReadIsListed() throws IOException {
        var json = predict("--top", "2");
        assertEquals(
                List.of("1.png", "2.png", "deeper/3.PNG", "deeper/4.png"),
                json.findValuesAsText("image").stream()
                        .map(file -> pictures.relativize(Path.of(file)).toString())
                        .toList());
        assertEquals(1, json.get("skipped").size());
        assertEquals(
                pictures.resolve("0.jpg").toString(), json.at("/skipped/0/file").textValue());
        assertTrue(json.at("/skipped/0/reason").textValue().contains("expected a JPEG, PNG"), json::toString);

        try (var classifier = Classifier.load(model)) {
            for (var predicted : json.get("predictions")) {
                var expected =
                        classifier.classify(Path.of(predicted.get("image").textValue()), 2);
                assertEquals(2, predicted.get("top").size());
                for (int i = 0; i < 2; i++) {
                    assertEquals(
                            expected.get(i).index(),
                            predicted.at("/top/" + i + "/index").intValue());
                    assertEquals(
                            expected.get(i).label(),
                            predicted.at("/top/" + i + "/label").textValue());
                    // the same sums in another order where the batch differs
                    assertEquals(
                            expected.get(i).probability(),
                            predicted.at("/top/" + i + "/probability").doubleValue(),
                            1e-5);
                }
            }
        }
    }

    @Test
    void files_holdWhatTheResultHolds() throws IOException {
        Path csv = folder.resolve("p.csv"), lines = folder.resolve("p.jsonl");
        var json = predict("--batch", "3");
        var written = predict("--csv", csv.toString(), "--batch", "3", "--loader-threads", "2");
        assertEquals(4, written.get("pictures").intValue());
        assertEquals(0, written.get("predictions").size()); // a million of them need not fit memory
        predict("--out", lines.toString(), "--batch", "3");
        assertEquals(json.get("predictions"), Records.parse("[" + String.join(",", Files.readAllLines(lines)) + "]"));
        var rows = new ArrayList<String>();
        rows.add("image,rank,index,label,probability");
        for (var predicted : json.get("predictions")) {
            int rank = 1;
            for (var p : predicted.get("top")) {
                var label = List.of("a", "\"b, c\"", "\"d \"\"e\"\"\"", "f")
                        .get(p.get("index").intValue());
                rows.add(predicted.get("image").textValue() + "," + rank++ + "," + p.get("index") + "," + label + ","
                        + String.format(
                                Locale.ROOT, "%.6g", p.get("probability").doubleValue()));
            }
        }
        assertEquals(1 + 4 * 4, rows.size());
        assertEquals(rows, Files.readAllLines(csv));
    }

    @Test
    void onnxFile_answersAsTheModelItCameFrom() {
        var expected = predict();
        var onnx = folder.resolve("model.onnx");
        assertEquals(
                0,
                Main.run(
                        new PrintWriter(out),
                        new PrintWriter(err),
                        "export",
                        model.toString(),
                        "--out",
                        onnx.toString()),
                err::toString);
        model = onnx;
        var actual = predict();
        assertEquals(expected.get("skipped"), actual.get("skipped"));
        assertEquals(expected.findValuesAsText("image"), actual.findValuesAsText("image"));
        assertEquals(expected.findValuesAsText("label"), actual.findValuesAsText("label"));
        var probabilities = actual.findValues("probability");
        for (int i = 0; i < 4 * 4; i++)
            assertEquals(
                    expected.findValues("probability").get(i).doubleValue(),
                    probabilities.get(i).doubleValue(),
                    1e-5);
    }

    @Test
    void onnxFile_knowsItsClasses_andRunsInFp32() {
        model = folder.resolve("model.onnx");
        assertEquals(2, run(pictures.toString(), "--classes", "4"));
        assertEquals(2, run(pictures.toString(), "--precision", "bf16"));
        assertEquals(
                List.of(
                        "resnet4j: " + model + ": an ONNX file has its own weights, classes, mean and std; leave the"
                                + " options for them out",
                        "resnet4j: --device and --precision: an ONNX file runs on the CPU in fp32; leave them out or"
                                + " give cpu and fp32, got cpu and bf16"),
                err.toString().lines().toList());
    }

    @Test
    void nothingReadable_isAFailure_withTheListOfWhy() {
        assertEquals(1, run(pictures.resolve("0.jpg").toString(), "--json"));
        var json = Records.parse(out.toString());
        assertEquals(0, json.get("predictions").size());
        assertEquals(1, json.get("skipped").size());
    }

    @Test
    void nothingToRead_isOneSentence() throws IOException {
        var empty = Files.createDirectory(folder.resolve("empty"));
        assertEquals(2, run(empty.toString()));
        assertEquals(
                "resnet4j: PICTURE: expected pictures (jpg, png, bmp, gif, pnm) in " + empty + ", found none"
                        + System.lineSeparator(),
                err.toString());
        err.getBuffer().setLength(0);
        assertEquals(1, run(folder.resolve("absent.png").toString()));
        assertEquals(1, err.toString().lines().count(), err::toString);
    }
}
