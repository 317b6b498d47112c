package resnet4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import resnet4j.Classifier;
import resnet4j.config.Records;
import resnet4j.image.Image;
import resnet4j.image.ImageFile;
import resnet4j.image.Preprocess;
import resnet4j.model.ModelFile;
import resnet4j.model.Models;
import resnet4j.tensor.Ops;

/** A classifier that crops nothing answers for pictures of any size, whichever stand beside them. */
class AnySizeTest {
    private static final List<String> CLASSES = List.of("bar", "ring");
    private static final int PICTURES = 8;

    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter(), err = new StringWriter();
    private Path model, pictures;

    @BeforeEach
    void make() throws IOException {
        model = folder.resolve("any.safetensors");
        pictures = folder.resolve("pictures");
        Ops.seed(0);
        var architecture = Models.get("resnet20").architecture().withClasses(CLASSES.size());
        try (var net = architecture.build()) {
            new ModelFile("resnet20", architecture, Preprocess.none(), CLASSES, Map.of(), "{}", Map.of())
                    .save(model, net);
        }
        var random = new Random(0);
        for (int i = 0; i < PICTURES; i++) {
            var image = new Image(32 + 7 * i, 60 - 5 * i, new byte[3 * (32 + 7 * i) * (60 - 5 * i)]);
            random.nextBytes(image.rgb());
            var file = pictures.resolve(CLASSES.get(i % 2)).resolve(i + ".png");
            Files.createDirectories(file.getParent());
            ImageFile.writePng(file, image);
        }
    }

    private int run(String... args) {
        out.getBuffer().setLength(0);
        return Main.run(new PrintWriter(out), new PrintWriter(err), args);
    }

    @Test
    void answers_areEachPicturesOwn() throws IOException {
        double loss = 0;
        try (var classifier = Classifier.load(model)) {
            for (int i = 0; i < PICTURES; i++) {
                var picture =
                        ImageFile.read(pictures.resolve(CLASSES.get(i % 2)).resolve(i + ".png"));
                for (var answer : classifier.classify(picture, 2))
                    if (answer.label().equals(CLASSES.get(i % 2))) loss -= Math.log(answer.probability());
            }
        }
        assertEquals(0, run("eval", model.toString(), "--data=folder:" + pictures, "--json"), err::toString);
        assertEquals(loss / PICTURES, Records.parse(out.toString()).get("loss").doubleValue(), 1e-5);
    }

    @Test
    void calibrating_takesSomePicturesToFitOnAndOthersToMeasureOn() {
        assertEquals(2, run("calibrate", model.toString(), "--data=folder:" + pictures), err::toString);
        assertTrue(err.toString().contains("two pictures or more of a class"), err::toString);
    }

    @Test
    void allThatMeasuresAClassifier_takesThem() {
        String data = "--data=folder:" + pictures,
                page = folder.resolve("page.html").toString();
        for (var command : List.of(
                List.of("predict", pictures.toString(), "--batch=4"),
                List.of("calibrate", data, "--split=train"),
                List.of("decide", data, "--positive=ring", "--sensitivity=0.5"),
                List.of("explain", pictures.resolve("bar/0.png").toString()),
                List.of("report", data, "--out=" + page),
                List.of("bench", "--mode=folder", "--pictures=" + pictures, "--seconds=0.1"))) {
            var all = new ArrayList<>(command);
            all.add(1, model.toString());
            assertEquals(0, run(all.toArray(String[]::new)), () -> command + ": " + err);
        }
    }
}
