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
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import resnet4j.config.Records;
import resnet4j.data.DataSource;
import resnet4j.data.Labelled;
import resnet4j.image.Preprocess;
import resnet4j.model.ModelFile;
import resnet4j.model.Models;
import resnet4j.tensor.Ops;

/** Of a network with random weights, whose answers are as right as guesses. */
class CalibrateCommandTest {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter(), err = new StringWriter();
    private Path model;

    @BeforeEach
    void makeModel() throws IOException {
        model = folder.resolve("model.safetensors");
        Ops.seed(0);
        var classes = DataSource.parse("shapes:8").train().classes();
        var small = Records.parse("{\"depths\": [1, 1], \"planes\": [4, 8]}");
        var architecture =
                Records.overlay(Models.get("resnet20").architecture(), small).withClasses(classes.size());
        var preprocess = Records.overlay(Preprocess.cifar10(), Records.parse("{\"cropWidth\": 8, \"cropHeight\": 8}"));
        try (var net = architecture.build()) {
            new ModelFile("resnet20", architecture, preprocess, classes, Map.of(), "", Map.of()).save(model, net);
        }
    }

    private int run(String... args) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Main.run(new PrintWriter(out), new PrintWriter(err), args);
    }

    private JsonNode json(String... args) {
        assertEquals(0, run(args), err::toString);
        return Records.parse(out.toString());
    }

    @Test
    void calibration_isWrittenWithTheModel_andPredictEvalAndOnnxRespectIt() throws IOException {
        var sure = folder.resolve("sure.safetensors");
        var found = json(
                "calibrate",
                model.toString(),
                "--data=shapes:160",
                "--familiar=0.9",
                "--coverage=0.8",
                "--unlike=shapes:40",
                "--out=" + sure,
                "--json",
                "--device=cpu");
        double temperature = found.get("calibration").get("temperature").doubleValue();
        assertTrue(temperature > 0 && temperature != 1, out::toString);
        assertTrue(
                found.get("after").get("nll").doubleValue()
                        < found.get("before").get("nll").doubleValue(),
                out::toString);
        assertEquals(2, found.get("novelty").size());

        var before = json("eval", model.toString(), "--data=shapes:160", "--json", "--device=cpu");
        var after = json("eval", sure.toString(), "--data=shapes:160", "--json", "--device=cpu");
        assertEquals(before.get("top1"), after.get("top1"));
        assertTrue(after.get("loss").doubleValue() < before.get("loss").doubleValue());

        var picture = Labelled.write(DataSource.parse("shapes:40").train(), folder.resolve("pictures"), 1);
        var ours = json("predict", sure.toString(), picture.toString(), "--json", "--device=cpu");
        var said = ours.get("predictions").get(0);
        assertTrue(said.has("notSure") && said.has("oneOf"), said::toString);
        var onnx = folder.resolve("sure.onnx");
        assertEquals(0, run("export", sure.toString(), "--out=" + onnx), err::toString);
        var theirs = json("predict", onnx.toString(), picture.toString(), "--json");
        assertEquals(
                said.get("top").get(0).get("probability").doubleValue(),
                theirs.get("predictions")
                        .get(0)
                        .get("top")
                        .get(0)
                        .get("probability")
                        .doubleValue(),
                1e-5);
        assertEquals(
                said.get("oneOf").size(),
                theirs.get("predictions").get(0).get("oneOf").size());

        var plain = json("predict", model.toString(), picture.toString(), "--json", "--device=cpu");
        assertFalse(plain.get("predictions").get(0).has("notSure"));
        var csv = folder.resolve("said.csv");
        assertEquals(0, run("predict", sure.toString(), picture.toString(), "--csv=" + csv, "--device=cpu"));
        assertEquals(
                "image,rank,index,label,probability,sure,named",
                Files.readAllLines(csv).get(0));
    }

    @Test
    void picturesFarFromWhatWasLearned_areNotSure_butForOnnx() throws IOException {
        var sure = folder.resolve("sure.safetensors");
        var found = json(
                "calibrate",
                model.toString(),
                "--data=shapes:160",
                "--familiar=0.5",
                "--by=distance",
                "--unlike=shapes:40",
                "--out=" + sure,
                "--json",
                "--device=cpu");
        assertEquals(
                List.of("distance", "energy", "probability"),
                StreamSupport.stream(found.get("novelty").spliterator(), false)
                        .map(line -> line.get("score").textValue())
                        .toList());
        assertEquals(0.5, found.get("familiar").doubleValue(), 0.2);
        var pictures = folder.resolve("pictures");
        Labelled.write(DataSource.parse("shapes:40").train(), pictures, 1);
        var said = json("predict", sure.toString(), pictures.toString(), "--json", "--device=cpu")
                .get("predictions");
        assertTrue(
                StreamSupport.stream(said.spliterator(), false)
                        .anyMatch(one -> one.get("notSure").toString().contains("its distance score of")),
                said::toString);
        var onnx = folder.resolve("sure.onnx");
        var exported = json("export", sure.toString(), "--out=" + onnx, "--json");
        assertTrue(exported.get("note").textValue().startsWith("the ONNX file gives logits only"));
        var theirs = json("predict", onnx.toString(), pictures.toString(), "--json");
        assertFalse(theirs.get("predictions").get(0).has("notSure"));
        assertRefused("--by: expected training pictures apart", "--data=shapes:40", "--by=distance", "--split=train");
    }

    @Test
    void aPromiseThatGuessesCannotKeep_isANote() {
        var found = json("calibrate", model.toString(), "--data=shapes:100", "--error=0.01", "--json", "--device=cpu");
        assertFalse(found.get("calibration").has("abstain"));
        assertTrue(
                StreamSupport.stream(found.get("notes").spliterator(), false)
                        .anyMatch(note -> note.textValue().startsWith("no part of these")),
                out::toString);
    }

    @Test
    void whatCannotBe_isASentence() throws IOException {
        var data = "--data=shapes:40";
        assertRefused("out: expected a name that ends in .safetensors", data, "--out=x.onnx");
        assertRefused("share: expected more than 0 and less than 1, got 1.0", data, "--share=1");
        assertRefused("error: expected more than 0", data, "--error=0");
        assertRefused("coverage: expected at most", data, "--coverage=0.9999");
        assertRefused("data: the network does not know", "--data=folder:" + Squares.write(folder.resolve("s"), 2));
        var only = Squares.write(folder.resolve("only"), 2).resolve("train");
        assertRefused("--data: expected pictures that the network was not trained on", "--data=folder:" + only);
    }

    private void assertRefused(String sentence, String... options) {
        var args = new String[options.length + 2];
        args[0] = "calibrate";
        args[1] = model.toString();
        System.arraycopy(options, 0, args, 2, options.length);
        assertEquals(2, run(args), () -> sentence + " " + out + err);
        assertTrue(err.toString().contains(sentence), err::toString);
    }
}
