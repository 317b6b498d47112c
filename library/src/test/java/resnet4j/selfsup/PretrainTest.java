package resnet4j.selfsup;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.config.Records;
import resnet4j.model.ModelFile;
import resnet4j.model.NetWeights;
import resnet4j.run.RunFolder;
import resnet4j.train.Features;
import resnet4j.train.Recipe;
import resnet4j.train.Runs;
import resnet4j.weights.WeightFile;

class PretrainTest {
    @TempDir
    Path folder;

    private static Recipe recipe(String method, String... sets) {
        var changes = Records.parse("""
                {"learn": {"type": "pretrain", "method": %s}, "model": "resnet20", "data": "shapes:120",
                 "architecture": {"depths": [1, 1], "planes": [4, 8]}, "validation": 0.2, "epochs": 2, "batch": 16,
                 "augment": [{"type": "perView", "views": [
                  [{"type": "randomResizedCrop", "size": 32, "minScale": 0.3, "maxScale": 1, "ratio": 1.33},
                   "flip", {"type": "sometimes", "p": 0.8, "augments": ["colorJitter"]}, "grey", "blur"],
                  [{"type": "randomResizedCrop", "size": 32, "minScale": 0.3}, "flip", "solarize"],
                  [{"type": "randomResizedCrop", "size": 20, "minScale": 0.05, "maxScale": 0.3}, "flip"]]}],
                 "optimizer": {"type": "sgd", "lr": 0.02}, "precision": "fp32", "seed": 3}
                """.formatted(method));
        for (var set : sets) changes = Records.set(changes, set);
        return Records.overlay(new Recipe(), changes);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"moCo\",\"hidden\":16,\"width\":8,\"temperature\":0.2,\"momentum\":0.9,\"queue\":24}",
                "{\"type\":\"simSiam\",\"hidden\":16,\"width\":8,\"bottleneck\":4}",
                "{\"type\":\"dino\",\"hidden\":16,\"width\":8,\"momentum\":0.9,\"student\":0.1,\"teacher\":0.04,\"centre\":0.9,\"crops\":1}"
            })
    void run_thatIsInterrupted_givesTheSameEncoder(String method) throws IOException {
        var recipe = recipe(method);
        var outcome = Runs.train(recipe, folder.resolve("whole"), Integer.MAX_VALUE);
        assertEquals("knn", outcome.test().orElseThrow().headline());
        int stops = 0;
        while (Runs.train(recipe, folder.resolve("parts"), 5).stopped()) assertTrue(++stops < 20);
        assertTrue(stops > 0);
        var model = new RunFolder(folder.resolve("whole")).model();
        assertArrayEquals(
                Files.readAllBytes(model), Files.readAllBytes(new RunFolder(folder.resolve("parts")).model()));
        try (var opened = ModelFile.open(model);
                var other = opened.file().architecture().withClasses(7).build()) {
            NetWeights.loadBody(other, WeightFile.read(model).tensors(), model.toString()); // as fine-tuning does
        }
    }

    /** Its head is a 1x1 convolution on means, after dropout. */
    @Test
    void squeezeNet_learnsToo() throws IOException {
        var simClr = "{\"type\":\"simClr\",\"hidden\":16,\"width\":8,\"temperature\":0.5}";
        var recipe = recipe(
                simClr, "model=squeezenet1_1", "architecture={}", "epochs=1", "data=shapes:40", "augment=[\"flip\"]");
        var score = (Representation) Runs.train(recipe, folder.resolve("run"), Integer.MAX_VALUE)
                .test()
                .orElseThrow();
        assertEquals(512, score.width());
    }

    @Test
    void folderWithoutLabels_isEnough() throws IOException {
        var pictures = Files.createDirectory(folder.resolve("pictures"));
        for (int i = 0; i < 6; i++) {
            var body = new byte[32 * 32 * 3];
            for (int k = 0; k < body.length; k++) body[k] = (byte) (k * k * (i + 3));
            var file = new ByteArrayOutputStream();
            file.writeBytes("P6 32 32 255\n".getBytes(StandardCharsets.US_ASCII));
            file.writeBytes(body);
            Files.write(pictures.resolve(i + ".ppm"), file.toByteArray());
        }
        var recipe = recipe(
                "{\"type\":\"simClr\",\"hidden\":16,\"width\":8,\"temperature\":0.5}",
                "data=unlabelled:" + pictures,
                "validation=0",
                "batch=3");
        assertEquals(
                "rank",
                Runs.train(recipe, folder.resolve("run"), Integer.MAX_VALUE)
                        .test()
                        .orElseThrow()
                        .headline());
    }

    @Test
    void badInput_isOneSentence() {
        var simClr = "{\"type\":\"simClr\",\"hidden\":16,\"width\":8,\"temperature\":0.5}";
        refused("two pictures", recipe(simClr, "batch=1"));
        refused("augment: expected changes", recipe(simClr, "augment=[]"));
        refused("mix: expected none", recipe(simClr, "mix={\"type\":\"mixUp\",\"alpha\":0.4}"));
        refused("classBalance: expected none", recipe(simClr, "classBalance=true"));
        refused("labelSmoothing: expected none", recipe(simClr, "labelSmoothing=0.1"));
    }

    private void refused(String words, Recipe recipe) {
        var e = assertThrows(
                IllegalArgumentException.class, () -> Runs.train(recipe, folder.resolve("refused"), Integer.MAX_VALUE));
        assertTrue(e.getMessage().contains(words), e.getMessage());
    }

    /** Two pictures of each of two classes, at right angles; the third asked one lies with the other class. */
    @Test
    void neighbours_voteByTheirCosines() {
        var bank = new Features(new float[] {1, 0, 2, 0.2f, 0, 3, 0.1f, 1}, new int[] {0, 0, 1, 1}, 2, List.of());
        var asked = new Features(new float[] {5, 1, 1, 9, 0, 1}, new int[] {0, 1, 0}, 2, List.of());
        assertEquals(2 / 3.0, Representation.accuracy(bank, asked, 200, 0.1), 1e-12);
    }

    @Test
    void featuresThatAreAllAlike_areSaidToHaveCollapsed() {
        var same = new Features(new float[] {1, 2, 1, 2, 1, 2}, new int[3], 1, List.of());
        var collapsed = Representation.of(same, Optional.empty());
        assertEquals(0, collapsed.spread(), 1e-6);
        assertTrue(collapsed.notes().get(0).startsWith("the representation has collapsed"));
        // along three axes, both ways: the same variance in three directions
        var axes = new float[] {1, 0, 0, -1, 0, 0, 0, 1, 0, 0, -1, 0, 0, 0, 1, 0, 0, -1};
        var all = Representation.of(new Features(axes, new int[6], 1, List.of()), Optional.empty());
        assertEquals(3, all.rank(), 1e-5);
        assertEquals(Math.sqrt(6 / 5.0), all.spread(), 1e-5); // unbiased
        assertEquals(List.of(), all.notes());
    }
}
