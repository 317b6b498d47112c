package resnet4j.selfsup;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.config.Records;
import resnet4j.data.Loader;
import resnet4j.data.Shapes;
import resnet4j.run.RunFolder;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;
import resnet4j.train.Recipe;
import resnet4j.train.Runs;

/** FixMatch and pseudo-labels; losses beside PyTorch's, which scripts/parity/selfsup_golden.py wrote. */
class FewLabelsTest {
    private static JsonNode golden;

    @TempDir
    Path folder;

    @BeforeAll
    static void read() throws IOException {
        try (var in = FewLabelsTest.class.getResourceAsStream("golden.json")) {
            golden = Records.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    @ParameterizedTest
    @CsvSource({"fixMatch, 0.7", "pseudoLabel, 0"})
    void loss_andItsSlopes_equalPyTorchs(String name, double threshold) {
        try (var scope = new NativeScope()) {
            var logits = MethodTest.numbers(41, 8, 4);
            logits = Ops.affine(logits, 4, 0).detach().requireGrad(true);
            var weak = Ops.affine(MethodTest.numbers(40, 8, 4), 4, 0);
            var said = name.equals("fixMatch")
                    ? FixMatch.sure(weak, logits, threshold)
                    : new PseudoLabel().said(List.of(logits));
            var expected = golden.get(name);
            assertEquals(
                    expected.get("loss").asDouble(), said.orElseThrow().loss().item(), 1e-6); // 32-bit floats
            assertEquals(expected.path("used").asInt(8), said.get().used());
            said.get().loss().backward();
            assertArrayEquals(
                    MethodTest.floats(expected.get("slopes").get(0)),
                    logits.grad().toFloats(),
                    1e-6f);
        }
    }

    @Test
    void whereNobodyIsSure_nothingIsLearned() {
        try (var scope = new NativeScope()) {
            Tensor weak = Ops.affine(MethodTest.numbers(40, 8, 4), 4, 0), strong = MethodTest.numbers(41, 8, 4);
            assertEquals(0, golden.get("nobodySure").get("loss").asDouble());
            assertTrue(FixMatch.sure(weak, strong, 0.999).isEmpty());
        }
    }

    /** Equation 16, with its epochs 100 and 600 of 1,000. */
    @Test
    void pseudoLabels_countMoreAndMore() {
        var lee = new PseudoLabel();
        assertEquals(0, lee.weight(0.099));
        assertEquals(3 * 250.0 / 500, lee.weight(0.35), 1e-12);
        assertEquals(3, lee.weight(0.7));
    }

    @Test
    void batches_haveTheirNumberInAllEpochs() {
        var loader = Loader.shuffled(new Shapes(10, 16, 0), 4, 5).withDropLast(true);
        try (var endless = new Endless<>(loader);
                var resumed = new Endless<>(loader);
                var third = loader.epoch(2)) {
            for (int i = 0; i < 4; i++) endless.at(i);
            var batch = endless.at(4);
            assertArrayEquals(third.next().indices(), batch.indices());
            assertArrayEquals(batch.indices(), resumed.at(4).indices());
            assertArrayEquals(third.next().indices(), resumed.at(5).indices());
        }
    }

    private static Recipe recipe(String learn, String... sets) {
        var changes = Records.parse("""
                {"learn": %s, "model": "resnet20", "data": "shapes:120", "limit": 120, "validation": 0,
                 "architecture": {"depths": [1, 1], "planes": [4, 8]}, "epochs": 2, "batch": 8, "augment": ["flip"],
                 "average": {"type": "ema", "decay": 0.9}, "optimizer": {"type": "sgd", "lr": 0.02},
                 "precision": "fp32", "seed": 3}
                """.formatted(learn));
        for (var set : sets) changes = Records.set(changes, set);
        return Records.overlay(new Recipe(), changes);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"fixMatch\",\"labels\":24,\"ratio\":2,\"threshold\":0.1}",
                "{\"type\":\"pseudoLabel\",\"labels\":24,\"ratio\":2}"
            })
    void run_thatIsInterrupted_givesTheSameModel(String learn) throws IOException {
        var recipe = recipe(learn);
        var outcome = Runs.train(recipe, folder.resolve("whole"), Integer.MAX_VALUE);
        assertEquals("top1", outcome.test().orElseThrow().headline());
        assertEquals(2 * (96 / 16), outcome.steps()); // an epoch is the 96 without labels
        int stops = 0;
        while (Runs.train(recipe, folder.resolve("parts"), 5).stopped()) assertTrue(++stops < 20);
        assertTrue(stops > 0);
        var model = new RunFolder(folder.resolve("whole")).model();
        assertArrayEquals(
                Files.readAllBytes(model), Files.readAllBytes(new RunFolder(folder.resolve("parts")).model()));
        var lines = Files.readString(folder.resolve("whole").resolve("metrics.jsonl"));
        assertTrue(lines.contains("\"unlabelled\""), lines);
    }

    @Test
    void otherPictures_mayHaveNoLabels() throws IOException {
        var recipe = recipe("{\"type\":\"fixMatch\",\"unlabelled\":\"shapes:64\",\"ratio\":2}", "epochs=1");
        assertEquals(
                64 / 16,
                Runs.train(recipe, folder.resolve("run"), Integer.MAX_VALUE).steps());
    }

    @Test
    void labels_areAsManyOfEachClass() throws IOException {
        var split = new Shapes(120, 16, 0).split(24.0 / 120, 3);
        var counts = new int[8];
        for (int i = 0; i < split.held().size(); i++)
            counts[split.held().target(i).index()]++;
        for (int count : counts) assertEquals(3, count);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{\"type\":\"fixMatch\"}; ; learn.labels: expected 8 or more, one of each class, and fewer than the 120",
                "{\"type\":\"fixMatch\",\"labels\":120}; ; learn.labels: expected 8 or more",
                "{\"type\":\"fixMatch\",\"labels\":9,\"unlabelled\":\"shapes:9\"}; ; labels: expected 0, all of them",
                "{\"type\":\"fixMatch\",\"labels\":24,\"strong\":[]}; ; strong: expected changes",
                "{\"type\":\"fixMatch\",\"labels\":24,\"threshold\":2}; ; threshold: expected [0,1), got 2.0",
                "{\"type\":\"pseudoLabel\",\"labels\":24,\"weight\":-1}; ; weight: expected a finite number >= 0, got -1.0",
                "{\"type\":\"pseudoLabel\",\"labels\":24}; accumulate=2; accumulate: expected none, as some pictures have no labels",
                "{\"type\":\"pseudoLabel\",\"labels\":24}; mix={\"type\":\"mixUp\",\"alpha\":0.4}; mix: expected none"
            })
    void whatCannotBe_isSaid(String learn, String set, String said) {
        var refused = assertThrows(
                IllegalArgumentException.class,
                () -> Runs.train(
                        set == null ? recipe(learn) : recipe(learn, set), folder.resolve("run"), Integer.MAX_VALUE));
        assertTrue(refused.getMessage().contains(said), refused.getMessage());
    }
}
