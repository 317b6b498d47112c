package resnet4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import resnet4j.array.Npy;
import resnet4j.config.Records;
import resnet4j.image.Image;
import resnet4j.image.ImageFile;
import resnet4j.image.Preprocess;
import resnet4j.model.ModelFile;
import resnet4j.model.Models;
import resnet4j.model.NetWeights;
import resnet4j.tensor.Ops;
import resnet4j.weights.SafeTensors;

class ExplainCommandTest {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter(), err = new StringWriter();
    private Path weights, picture;

    @BeforeEach
    void make() throws IOException {
        weights = folder.resolve("weights.safetensors");
        picture = folder.resolve("picture.png");
        try (var net = Models.create("resnet20", 10)) {
            SafeTensors.write(weights, NetWeights.of(net), Map.of());
        }
        ImageFile.writePng(picture, new Image(32, 32, new byte[3 * 32 * 32]));
    }

    private int run(String... args) {
        return Main.run(new PrintWriter(out), new PrintWriter(err), args);
    }

    @Test
    void explain_writesHeatAndPicture() throws IOException {
        Path raw = folder.resolve("heat.npy"), png = folder.resolve("heat.png");
        int code = run(
                "explain",
                "resnet20",
                "--weights",
                weights.toString(),
                picture.toString(),
                "--layer",
                "layer2",
                "--class",
                "3",
                "--raw",
                raw.toString(),
                "--out",
                png.toString(),
                "--json");
        assertEquals(0, code, err::toString);
        var json = Records.parse(out.toString());
        assertEquals("layer2", json.get("layer").asText());
        assertEquals(3, json.at("/answer/index").asInt());
        var heat = Npy.read(raw);
        assertEquals(2, heat.shape().length);
        assertEquals(32, heat.shape()[0]);
        for (float value : heat.floats()) assertTrue(value >= 0 && value <= 1, () -> value + " of [0,1]");
        assertTrue(Files.size(png) > 0);
    }

    @Test
    void explain_refusesLayersClassesAndNetworksWithoutWeights() {
        for (var wrong : Map.of("--layer", "layer9", "--class", "10", "--method", "gradcamm")
                .entrySet()) {
            assertEquals(
                    2,
                    run(
                            "explain",
                            "resnet20",
                            "--weights",
                            weights.toString(),
                            picture.toString(),
                            wrong.getKey(),
                            wrong.getValue()));
            assertTrue(err.toString().contains(wrong.getValue()), err::toString);
            assertEquals(
                    1,
                    err.toString()
                            .lines()
                            .filter(l -> l.startsWith("resnet4j: "))
                            .count(),
                    err::toString);
            err.getBuffer().setLength(0);
        }
        assertEquals(1, run("explain", "resnet20", "--weights", weights.toString(), weights.toString()));
        assertTrue(err.toString().contains("weights.safetensors: "), err::toString);
        assertEquals(2, run("pointing", "resnet20", "--weights", weights.toString(), "--data", "shapes:10"));
        assertTrue(err.toString().contains("expected pictures with pixels of the network's classes"), err::toString);
        assertEquals(2, run("explain", "resnet20", picture.toString()));
        assertTrue(err.toString().contains("--weights"), err::toString);
        err.getBuffer().setLength(0);
        assertEquals(1, run("explain", "gone.safetensors", picture.toString()));
        assertTrue(err.toString().contains("gone.safetensors: there is no such "), err::toString);
        assertEquals(0, run("explain", "resnet20", "--random", picture.toString()), err::toString);
    }

    @Test
    void explain_ofSegmentation_isAboutTheClassWhereItIsNamed() throws IOException {
        var names = List.of("background", "one", "two");
        var architecture = Models.get("unet_resnet18").architecture().withClasses(3);
        var model = folder.resolve("segmenter.safetensors");
        Ops.seed(0);
        try (var net = architecture.build()) {
            new ModelFile("unet_resnet18", architecture, Preprocess.cifar10(), names, Map.of(), "", Map.of())
                    .save(model, net);
        }
        Path raw = folder.resolve("heat.npy");
        var args = List.of("explain", model.toString(), picture.toString(), "--raw=" + raw, "--json");
        assertEquals(0, run(args.toArray(String[]::new)), err::toString);
        var answer = Records.parse(out.toString()).get("answer");
        assertTrue(answer.get("where").textValue().endsWith(" of 1,024 pixels"), answer::toString);
        assertEquals(32, Npy.read(raw).shape()[1]);
        assertEquals(2, run("explain", model.toString(), picture.toString(), "--class=three"));
        assertTrue(err.toString().contains("--class: expected a number, a class of the model"), err::toString);
    }
}
