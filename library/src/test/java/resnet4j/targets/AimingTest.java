package resnet4j.targets;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import resnet4j.Classifier;
import resnet4j.Labeller;
import resnet4j.Predictor;
import resnet4j.Regressor;
import resnet4j.compress.Quantization;
import resnet4j.config.Records;
import resnet4j.data.Loader;
import resnet4j.data.Shapes;
import resnet4j.eval.Evaluator;
import resnet4j.eval.Views;
import resnet4j.explain.Explanation;
import resnet4j.export.OnnxExport;
import resnet4j.image.Decoding;
import resnet4j.image.Image;
import resnet4j.image.Picture;
import resnet4j.model.Answer;
import resnet4j.model.ModelFile;
import resnet4j.nn.Linear;
import resnet4j.run.RunFolder;
import resnet4j.run.Stages;
import resnet4j.tensor.Device;
import resnet4j.tensor.Precision;
import resnet4j.train.Recipe;
import resnet4j.train.Runs;

class AimingTest {
    private static final double NEAR = 1e-5; // sums in another order

    @TempDir
    Path folder;

    private static Recipe recipe(String learn, String... sets) {
        var changes = Records.parse("""
                {"learn": "%s", "model": "resnet20", "data": "shapes:160", "validation": 0.2, "epochs": 2, "batch": 16,
                 "architecture": {"depths": [1, 1], "planes": [4, 8]}, "augment": ["flip"],
                 "optimizer": {"type": "sgd", "lr": 0.05}, "precision": "fp32", "seed": 3}
                """.formatted(learn));
        for (var set : sets) changes = Records.set(changes, set);
        return Records.overlay(new Recipe(), changes);
    }

    /** A 1x1 convolution on means, after dropout. */
    @Test
    void headOfSqueezeNet_sharesItsWeightAmongOrderedClassesToo() throws IOException {
        var recipe = recipe(
                "ordinal", "model=squeezenet1_1", "architecture={\"dropout\": 0.1}", "epochs=1", "data=shapes:40");
        Runs.train(recipe, folder.resolve("run"), Integer.MAX_VALUE);
        try (var opened = ModelFile.open(new RunFolder(folder.resolve("run")).model())) {
            var head = opened.net().head().parameters();
            var weight = head.get("1.weight").toFloats();
            for (int i = 512; i < weight.length; i++) assertEquals(weight[i % 512], weight[i], 1e-6f);
            assertEquals(7, head.get("1.bias").elements());
        }
        var speed = recipe("ordinal", "model=resnet8_speed", "architecture={\"widths\": [8, 8]}");
        var e = assertThrows(IllegalArgumentException.class, () -> Runs.train(speed, folder.resolve("not"), 1));
        assertTrue(e.getMessage().contains("one linear layer with biases"), e.getMessage());
    }

    private static Image shape(int index) throws IOException {
        Picture picture = new Shapes(20, 32, 1).picture(index);
        return picture.decode(Decoding.STORED);
    }

    @ParameterizedTest
    @CsvSource({"multiLabel,mAP", "regress,r2", "ordinal,kappa"})
    void learnsAndAnswers_andGoesOnToTheSameBits(String learn, String headline) throws IOException {
        var recipe = recipe(learn);
        var outcome = Runs.train(recipe, folder.resolve("whole"), Integer.MAX_VALUE);
        assertEquals(headline, outcome.test().orElseThrow().headline());
        int stops = 0;
        while (Runs.train(recipe, folder.resolve("parts"), 7).stopped()) assertTrue(++stops < 20);
        var model = new RunFolder(folder.resolve("whole")).model();
        assertArrayEquals(
                Files.readAllBytes(model), Files.readAllBytes(new RunFolder(folder.resolve("parts")).model()));
        assertTrue(Files.size(new RunFolder(folder.resolve("whole")).report()) > 10_000);
        try (var opened = ModelFile.open(model)) {
            var file = opened.file();
            if (learn.equals("ordinal")) {
                var weight = ((Linear) opened.net().head()).weight().toFloats();
                for (int i = 8; i < weight.length; i++) assertEquals(weight[i % 8], weight[i], 1e-6f);
            }
            assertEquals(
                    learn.equals("ordinal") ? 7 : file.classNames().size(),
                    file.architecture().classes());
        }
        var options = new Predictor.Options();
        var onnx = folder.resolve("model.onnx");
        OnnxExport.write(model, onnx);
        switch (learn) {
            case "multiLabel" -> {
                try (var labeller = Labeller.load(model, options);
                        var other = Labeller.load(onnx, options)) {
                    var found = labeller.predict(shape(0));
                    assertEquals(8, found.size());
                    for (var f : found) assertEquals(f.there(), f.probability() >= threshold(model, f.index()));
                    for (var f : other.predict(shape(0)))
                        assertEquals(probability(found, f.label()), f.probability(), NEAR);
                }
            }
            case "regress" -> {
                try (var regressor = Regressor.load(model, options);
                        var other = Regressor.load(onnx, options)) {
                    var number = regressor.predict(shape(0)).get("largest");
                    assertTrue(number > -0.5 && number < 1, "expected a share of the picture, got " + number);
                    assertEquals(number, other.predict(shape(0)).get("largest"), NEAR);
                }
            }
            default -> {
                try (var classifier = Classifier.load(model);
                        var other = Classifier.load(onnx)) {
                    assertEquals(
                            1,
                            classifier.classify(shape(0), 8).stream()
                                    .mapToDouble(Classifier.Prediction::probability)
                                    .sum(),
                            1e-9);
                    var likeliest = classifier.classify(shape(0), 1).get(0);
                    var same = other.classify(shape(0), 1).get(0);
                    assertEquals(likeliest.label(), same.label());
                    assertEquals(likeliest.probability(), same.probability(), NEAR);
                }
            }
        }
    }

    private static double probability(List<Labeller.Found> found, String label) {
        return found.stream()
                .filter(f -> f.label().equals(label))
                .mapToDouble(Labeller.Found::probability)
                .findAny()
                .orElseThrow();
    }

    private static double threshold(Path model, int index) throws IOException {
        try (var opened = ModelFile.open(model)) {
            return assertInstanceOf(Answer.Labels.class, opened.file().answer())
                    .thresholds()
                    .get(index);
        }
    }

    @Test
    void modelThatAnswersOtherwise_isRefusedInOneSentence() throws IOException {
        Runs.train(recipe("regress", "epochs=1"), folder.resolve("run"), Integer.MAX_VALUE);
        var model = new RunFolder(folder.resolve("run")).model();
        var onnx = folder.resolve("model.onnx");
        OnnxExport.write(model, onnx);
        var options = new Predictor.Options();
        var picture = Loader.inOrder(new Shapes(1, 32, 1), 1);
        for (Executable asks : List.<Executable>of(
                () -> Classifier.load(model),
                () -> Classifier.load(onnx),
                () -> Labeller.load(model, options),
                () -> Labeller.load(onnx, options),
                () -> ModelFile.open("resnet20", Optional.of(model), OptionalInt.empty()),
                () -> Evaluator.evaluate(
                        ModelFile.open(model), picture, Views.ONE, Device.CPU, Precision.FP32, pictures -> {}),
                () -> {
                    try (var opened = ModelFile.open(model)) {
                        new Explanation("gradcam", Optional.empty(), "auto", false, Optional.empty(), Optional.empty())
                                .run(opened, "it", Path.of("none.png"), Stages.NONE);
                    }
                },
                () -> {
                    try (var opened = ModelFile.open(model)) {
                        new Quantization().run(opened, "it", picture, "shapes", Optional.empty(), onnx, Stages.NONE);
                    }
                })) {
            var message = assertThrows(Exception.class, asks).getMessage();
            assertTrue(message.contains("which answers with numbers"), message);
        }
    }

    private Path list(String text) throws IOException {
        for (int i = 0; i < 6; i++) {
            var body = new byte[32 * 32 * 3];
            Arrays.fill(body, (byte) (40 * i));
            var file = new ByteArrayOutputStream();
            file.writeBytes("P6 32 32 255\n".getBytes(StandardCharsets.US_ASCII));
            file.writeBytes(body);
            Files.write(folder.resolve(i + ".ppm"), file.toByteArray());
        }
        return Files.writeString(folder.resolve("list.csv"), text.replace(';', '\n'));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "multiLabel # file,labels;0.ppm,a;1.ppm,a # all alike in their labels",
                "multiLabel # file,labels;0.ppm,;1.ppm, # expected names with | between them, got none",
                "multiLabel # file,a,b;0.ppm,1,0;1.ppm,0,2 # line 3: b: expected 0 or 1",
                "multiLabel # file,note;0.ppm,x;1.ppm,y # a column labels, or a column of 0 and 1",
                "regress # file,age;0.ppm,3;1.ppm,3 # expected different numbers of different pictures, got age 3.0 of all 2",
                "regress # file,age;0.ppm,3 # expected different numbers of different pictures, got age 3.0 of all 1",
                "regress # file,age;0.ppm,3;1.ppm,old # line 3: age: expected a number, got old",
                "regress # file,age;0.ppm,3;1.ppm,NaN # line 3: age: expected a number, got NaN",
                "regress # file,age;0.ppm,3;1.ppm, # line 3: age: expected a number, got none",
                "regress # file,name;0.ppm,x;1.ppm,y # expected a column of numbers",
                "regress # file,age,patient,split;0.ppm,3,p,train;1.ppm,4,p,test # must not be tested on the same",
                "ordinal # file,index;0.ppm,0;1.ppm,0 # expected training pictures of two classes or more",
            })
    void badTargets_areOneSentence(String learn, String text, String words) throws IOException {
        var recipe = recipe(learn, "data=list:" + list(text), "validation=0", "batch=2");
        var e = assertThrows(Exception.class, () -> Runs.train(recipe, folder.resolve("refused"), Integer.MAX_VALUE));
        assertTrue(e.getMessage().contains(words), e.getMessage());
    }

    @Test
    void whatGoesWithClassesOnly_isRefused() {
        for (var set : List.of("labelSmoothing=0.1", "classBalance=true", "mix={\"type\":\"mixUp\",\"alpha\":0.4}")) {
            var e = assertThrows(
                    IllegalArgumentException.class,
                    () -> Runs.train(recipe("regress", set), folder.resolve("refused"), Integer.MAX_VALUE));
            assertTrue(e.getMessage().contains("expected none"), e.getMessage());
        }
    }
}
