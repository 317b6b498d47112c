package resnet4j.retrieval;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.config.Records;
import resnet4j.data.DataSource;
import resnet4j.data.Shapes;
import resnet4j.eval.Retrieval;
import resnet4j.image.Decoding;
import resnet4j.image.Image;
import resnet4j.model.ModelFile;
import resnet4j.run.RunFolder;
import resnet4j.tensor.Device;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Tensor;
import resnet4j.train.Machine;
import resnet4j.train.Recipe;
import resnet4j.train.Trainer;

/** Losses and slopes beside PyTorch's and pytorch_metric_learning's, which scripts/parity/metric_golden.py wrote. */
class MetricTest {
    private static JsonNode golden;

    @TempDir
    Path folder;

    @BeforeAll
    static void read() throws IOException {
        try (var in = MetricTest.class.getResourceAsStream("golden.json")) {
            golden = Records.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private static Tensor numbers(int seed, int rows, int columns) {
        var values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            long k = i + 1 + 1000L * seed;
            values[i] = ((k * k * 31 + k * 7) % 97) / 64f - 0.75f;
        }
        return Tensor.of(values, rows, columns).requireGrad(true);
    }

    private static float[] floats(JsonNode array) {
        var values = new float[array.size()];
        for (int i = 0; i < values.length; i++) values[i] = (float) array.get(i).asDouble();
        return values;
    }

    @Test
    void losses_areThoseOfThePapers() {
        equal("arcFace", new Metric.Loss.ArcFace(16, 0.3));
        equal("triplet", new Metric.Loss.Triplet(0.2));
        equal("contrastive", new Metric.Loss.Contrastive(0.1));
    }

    /** Cosines of 32 bits, times 16 or 10. */
    private static void equal(String name, Metric.Loss loss) {
        var expected = golden.get(name);
        var labels = IntStream.range(0, 8)
                .map(i -> golden.get("labels").get(i).asInt())
                .toArray();
        try (var scope = new NativeScope()) {
            Tensor x = numbers(1, 8, 5), centres = numbers(5, 3, 5);
            var value = loss.of(x, labels, centres);
            assertEquals(expected.get("value").asDouble(), value.item(), 1e-5, name);
            value.backward();
            assertArrayEquals(floats(expected.get("gradient")), x.grad().toFloats(), 2e-5f, name);
            if (expected.has("centres"))
                assertArrayEquals(
                        floats(expected.get("centres")), centres.grad().toFloats(), 2e-5f, name);
        }
    }

    private static Recipe recipe(String loss, String... sets) {
        var changes = Records.parse("""
                {"learn": {"type": "metric", "loss": "%s"}, "model": "resnet20", "data": "shapes:160", "validation": 0.2,
                 "architecture": {"depths": [1, 1], "planes": [4, 8]}, "augment": ["flip"], "epochs": 2, "batch": 16,
                 "optimizer": {"type": "sgd", "lr": 0.05}, "precision": "fp32", "seed": 3}
                """.formatted(loss));
        for (var set : sets) changes = Records.set(changes, set);
        return Records.overlay(new Recipe(), changes);
    }

    private Trainer.Outcome train(Recipe recipe, String name) throws IOException {
        var data = DataSource.read(recipe.data(), recipe.learn().target());
        var options = new Trainer.Options(Device.CPU, 1, 1e9, () -> false);
        try (var trainer =
                new Trainer(recipe, data, new RunFolder(folder.resolve(name)), options, new Trainer.Log() {})) {
            return trainer.train();
        }
    }

    private static void write(Path file, Image picture) throws IOException {
        var bytes = new ByteArrayOutputStream();
        bytes.writeBytes("P6 32 32 255\n".getBytes(StandardCharsets.US_ASCII));
        bytes.writeBytes(picture.rgb());
        Files.write(file, bytes.toByteArray());
    }

    @ParameterizedTest
    @ValueSource(strings = {"arcFace", "triplet", "contrastive"})
    void whatIsLearned_isIndexedAndFound(String loss) throws IOException {
        var outcome = train(recipe(loss), loss);
        assertEquals("recall1", outcome.test().orElseThrow().headline());
        assertTrue(outcome.test().orElseThrow().value() > 0.125, "of eight classes");
        var model = new RunFolder(folder.resolve(loss)).model();
        var files = new ArrayList<Path>();
        var shapes = new Shapes(9, 32, 5);
        for (int i = 0; i < 9; i++) {
            var file = folder.resolve(i + ".ppm");
            write(file, shapes.picture(i).decode(Decoding.STORED));
            files.add(file);
        }
        var machine = new Machine(Device.CPU, 1);
        try (var opened = ModelFile.open(model)) {
            var made = Index.of(opened, Index.Maker.of(opened, model.toString(), model), files, machine, n -> {});
            var path = folder.resolve("pictures.index");
            made.index().save(path);
            var index = Index.load(path);
            assertEquals(made.index().files(), index.files());
            var hits = index.search(List.of(files.get(4), files.get(2)), 3, machine);
            assertEquals(3, hits.get(0).size());
            assertEquals(files.get(4).toString(), hits.get(0).get(0).file());
            assertEquals(1, hits.get(0).get(0).likeness(), 1e-5);
            assertEquals(files.get(2).toString(), hits.get(1).get(0).file());
        }
    }

    /** The documented start: its head is a 1x1 convolution on means, after dropout. */
    @Test
    void squeezeNet_learnsToo() throws IOException {
        var recipe = recipe(
                "arcFace", "model=squeezenet1_1", "architecture={}", "epochs=1", "data=shapes:40", "validation=0.4");
        assertEquals("recall1", train(recipe, "squeeze").test().orElseThrow().headline());
    }

    /** Two of class 0 side by side, two of class 1 with one of class 0 between them; angles in degrees. */
    @Test
    void recallAndVerification_areThoseDoneByHand() {
        double[] angles = {0, 5, 60, 64, 70};
        var rows = new float[10];
        for (int i = 0; i < 5; i++) {
            rows[2 * i] = (float) Math.cos(Math.toRadians(angles[i]));
            rows[2 * i + 1] = (float) Math.sin(Math.toRadians(angles[i]));
        }
        var found = Retrieval.of(rows, new int[] {0, 0, 1, 0, 1}, List.of());
        assertEquals(2 / 5.0, found.recall1(), 1e-12);
        assertEquals(1, found.recall5(), 1e-12);
        // pairs of one class, 5, 64, 59 and 10 apart; of two: 60 70 55 65 4 6. Wins: 5, 1 (and 1, 2 more at 64: 65,
        // 70), ...
        assertEquals((5 + 2 + 3 + 4) / 24.0, found.verification(), 1e-12);
    }

    @Test
    void badInput_isOneSentence() throws IOException {
        var one = Files.createDirectories(folder.resolve("one/train/a"));
        Files.createDirectories(folder.resolve("one/train/b"));
        var shapes = new Shapes(2, 32, 5);
        write(one.resolve("1.ppm"), shapes.picture(0).decode(Decoding.STORED));
        write(folder.resolve("one/train/b/1.ppm"), shapes.picture(1).decode(Decoding.STORED));
        var e = assertThrows(
                IllegalArgumentException.class,
                () -> train(recipe("arcFace", "data=folder:" + folder.resolve("one"), "validation=0"), "refused"));
        assertTrue(e.getMessage().contains("two or more pictures of each of two or more classes"), e.getMessage());
        var few = assertThrows(
                IllegalArgumentException.class,
                () -> train(recipe("arcFace", "data=shapes:64", "validation=0.06"), "few"));
        assertTrue(few.getMessage().contains("validation: expected two or more"), few.getMessage());
        var wrong = assertThrows(IOException.class, () -> Index.load(model()));
        assertTrue(wrong.getMessage().contains("expected an index of pictures"), wrong.getMessage());
    }

    private Path model() throws IOException {
        train(recipe("arcFace", "epochs=1"), "small");
        return new RunFolder(folder.resolve("small")).model();
    }
}
