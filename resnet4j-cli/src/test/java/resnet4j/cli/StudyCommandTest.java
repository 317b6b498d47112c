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
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import resnet4j.config.Records;
import resnet4j.image.Image;
import resnet4j.image.ImageFile;

class StudyCommandTest {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter(), err = new StringWriter();

    @BeforeEach
    void makePictures() throws IOException {
        var random = new Random(0);
        for (int i = 0; i < 12; i++) {
            var rgb = new byte[32 * 32 * 3];
            random.nextBytes(rgb);
            var file = folder.resolve("pictures/" + i % 2 + "/" + i + ".png");
            Files.createDirectories(file.getParent());
            ImageFile.writePng(file, new Image(32, 32, rgb));
        }
    }

    private int run(String line) {
        return run("folder:" + folder.resolve("pictures"), line);
    }

    private int run(String data, String line) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        var args =
                new ArrayList<>(List.of(line.replace("DIR", folder.toString()).split(" ")));
        args.addAll(List.of("--data", data, "--device", "cpu", "--threads", "1"));
        return Main.run(new PrintWriter(out), new PrintWriter(err), args.toArray(String[]::new));
    }

    private JsonNode json(String line) {
        assertEquals(0, run(line + " --json"), err::toString);
        return Records.parse(out.toString());
    }

    /** At the start, batch norm makes a plain network's gradients grow towards its input. arXiv:1902.08129 */
    @Test
    void gradients_growTowardsTheInputOfAPlainNetworkAlone() throws IOException {
        var networks = json("study gradients plain20 resnet20 plain20-without-norm --run DIR/study")
                .get("gradients");
        assertEquals(19, networks.get(0).get("layers").size()); // and a linear layer
        assertTrue(growth(networks.get(0)) > 2 * growth(networks.get(1)), networks::toString);
        assertTrue(growth(networks.get(2)) < growth(networks.get(0)), networks::toString);
        assertTrue(Files.readString(folder.resolve("study/study.md")).startsWith("| network | convolutions |"));
        assertTrue(Files.readString(folder.resolve("study/study.html")).contains("<svg"));
    }

    private static double growth(JsonNode network) {
        var gradient = network.get("gradient");
        return gradient.get(0).doubleValue() / gradient.get(gradient.size() - 1).doubleValue();
    }

    @Test
    void trainings_areDoneOnce() throws IOException {
        var line =
                "study degradation --only plain20,resnet20 --epochs 1 --seeds 2 --run DIR/study --precision fp32 --set"
                        + " batch=4 --set architecture={\"depths\":[1],\"planes\":[4]}";
        var first = json(line);
        assertTrue(first.get("done").asBoolean());
        assertEquals(2, first.get("runs").size());
        assertEquals(2, first.get("runs").get(1).get("top1").size());
        var model = folder.resolve("study/resnet20-1/model.safetensors");
        var written = Files.getLastModifiedTime(model);
        assertEquals(first, json(line));
        assertEquals(written, Files.getLastModifiedTime(model));
        assertEquals(1, run(line.replace("--epochs 1", "--epochs 2")));
        assertTrue(err.toString().contains("expected a run of this study with the same options"), err::toString);
    }

    /** A plain network, neighbours and a linear probe by 160, 80, 40 and 20 pictures; of fewer there are not two a class. */
    @Test
    void learningCurve_comparesThreeWaysByTheirPictures() throws IOException {
        var tiny = " --set architecture={\"depths\":[1],\"planes\":[4]} --precision fp32";
        assertEquals(0, run("study degradation --only resnet20 --epochs 1 --run DIR/study --set batch=4" + tiny));
        var line = "study learning-curve DIR/study/resnet20-0 --epochs 1 --limit 160 --precision fp32 --run DIR/curve"
                + " --set architecture={\"widths\":[4,4]} --json";
        assertEquals(0, run("shapes:400", line), err::toString);
        var found = Records.parse(out.toString());
        var points = found.get("curve").get("points");
        assertEquals(4, points.size(), points::toString);
        assertEquals(160, points.get(3).get("pictures").asDouble());
        assertEquals(4, found.get("runs").size());
        assertEquals(
                "small_cnn on 160", found.get("runs").get(3).get("variation").asText());
        assertEquals(1, found.get("runs").get(3).get("top1").size());
        assertEquals(8, found.get("curve").get("classes").size());
        var table = Files.readString(folder.resolve("curve/study.md"));
        assertTrue(table.startsWith("| labelled pictures | plain network, % | nearest neighbours, % |"), table);
        assertTrue(table.contains("| 160 | "), table);
        assertTrue(table.contains("more helped most, by the last doubling: "), table);
        assertTrue(Files.readString(folder.resolve("curve/study.html")).contains("<svg"));
    }

    @Test
    void wrongUsage_isOneSentence() {
        assertEquals(2, run("study learning-curve resnet20 --run DIR/study"));
        assertTrue(err.toString().contains("MODEL: expected a network with weights, got resnet20"), err::toString);
        assertEquals(2, run("study learning-curve --run DIR/study"));
        assertTrue(err.toString().contains("MODEL: expected the one trained network"), err::toString);
        assertEquals(2, run("study small --run DIR/study"));
        assertTrue(err.toString().startsWith("resnet4j: study: expected one of degradation"), err::toString);
        assertEquals(2, run("study degradation --only resnet21 --run DIR/study"));
        assertTrue(err.toString().contains("--only: expected names of plain20, resnet20"), err::toString);
    }
}
