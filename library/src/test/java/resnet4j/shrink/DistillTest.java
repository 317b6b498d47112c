package resnet4j.shrink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import resnet4j.data.DataSource;
import resnet4j.image.Preprocess;
import resnet4j.model.ModelFile;
import resnet4j.model.Models;
import resnet4j.run.RunFolder;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;
import resnet4j.train.Recipe;
import resnet4j.train.Trainer;

class DistillTest {
    @TempDir
    private Path folder;

    /** By hand: softmax of (0, ln 3) is (1/4, 3/4), of (0, 0) one half each. */
    @Test
    void divergence_isThatOfTheSoftenedAnswers() {
        try (var scope = new NativeScope()) {
            var student = Tensor.of(new float[] {0, 0, 5, 5}, 2, 2);
            var teacher = Tensor.of(new float[] {0, (float) Math.log(3), 1, 1}, 2, 2);
            double first = 0.25 * Math.log(0.25 / 0.5) + 0.75 * Math.log(0.75 / 0.5);
            assertEquals(first / 2, Distilling.divergence(student, teacher).item(), 1e-6);
        }
    }

    /** By hand: squares (1, 4) and (9, 0) in the mean of channels, by their lengths. */
    @Test
    void attention_isWhereTheSquaresAre_whateverTheirSize() {
        try (var scope = new NativeScope()) {
            var a = Tensor.of(new float[] {1, 2}, 1, 1, 1, 2);
            var b = Tensor.of(new float[] {3, 0, -3, 0}, 1, 2, 1, 2);
            double x = 1 / Math.sqrt(17), y = 4 / Math.sqrt(17);
            assertEquals(((x - 1) * (x - 1) + y * y) / 2, Distilling.apart(a, b).item(), 1e-6);
            assertEquals(0, Distilling.apart(a, Ops.mul(a, Tensor.full(7, 1))).item(), 1e-7);
        }
    }

    private Path teacher(String name, int classes) throws IOException {
        Ops.seed(4);
        var file = folder.resolve(name + ".safetensors");
        try (var net = Models.create(name, classes)) {
            var names = DataSource.parse("shapes:64").train().classes().subList(0, classes);
            new ModelFile(name, net.architecture(), Preprocess.cifar10(), names, Map.of(), "", Map.of())
                    .save(file, net);
        }
        return file;
    }

    private static Recipe recipe(Distill distill) {
        return Recipe.classify("resnet20")
                .withLearn(distill)
                .withData("shapes:64")
                .withValidation(0)
                .withEpochs(1)
                .withBatch(16)
                .withLr(0.01)
                .withPrecision("fp32");
    }

    private Trainer trainer(Recipe recipe, String run) throws IOException {
        var data = DataSource.parse("shapes:64").limit(64);
        return new Trainer(
                recipe, data, RunFolder.create(folder.resolve(run)), Trainer.Options.DEFAULT, new Trainer.Log() {});
    }

    @ParameterizedTest
    @CsvSource({"0,0", "1000,0", "0,1", "10,0.5"})
    void aRunHasTheTeachersParts_andItsModelIsTheStudentAlone(double attention, double hints) throws IOException {
        var distill = new Distill("" + teacher("resnet18", 8), Optional.empty(), 4, 0.7, attention, hints, List.of());
        try (var trainer = trainer(recipe(distill), "run")) {
            var outcome = trainer.train();
            assertTrue(Files.readString(outcome.run().report()).contains("Confusion")); // as of any classifier
            var parts = outcome.run().epochs().get(0).train();
            double sum = 0;
            for (var part : List.of("labels", "teacher", "attention", "hints")) sum += parts.getOrDefault(part, 0.0);
            assertEquals(parts.get("loss"), sum, 1e-4 * sum);
            assertEquals(attention > 0, parts.containsKey("attention"));
            assertEquals(hints > 0, parts.containsKey("hints"));
            try (var opened = ModelFile.open(outcome.run().model())) {
                assertEquals(269_722 - 2 * 65, opened.net().parameterCount());
            }
        }
    }

    /** A teacher that is the student itself has nothing to say, and the maps are where it looks. */
    @Test
    void oneWhoIsTaughtByItself_hasNothingToLearnFromIt() throws IOException {
        var own = teacher("resnet20", 8);
        var distill = new Distill("" + own, Optional.empty(), 2, 0.5, 1, 0, List.of("layer1", "layer3=layer3"));
        // the student's norms are in training: close, and not equal
        try (var trainer =
                trainer(recipe(distill).withWeights(own).withFreezeNorms(true).withLr(1e-9), "self")) {
            var parts = trainer.train().run().epochs().get(0).train();
            assertTrue(parts.get("teacher") < 1e-6 && parts.get("attention") < 1e-9, parts::toString);
            assertTrue(parts.get("labels") > 0.1, parts::toString);
        }
    }

    @Test
    void whatCannotBe_isASentence() throws IOException {
        var few = "" + teacher("resnet20", 5);
        refused(few, List.of(), 0, "teacher: expected one of the data's 8 classes");
        refused("", List.of(), 0, "teacher: expected a saved model, a run folder, or a name with weights, got none");
        refused("resnet20", List.of(), 0, "teacher: resnet20 has random weights");
        refused("resnet21", List.of(), 0, "model: no network is named 'resnet21'");
        refused("" + teacher("resnet18", 8), List.of("layer9"), 1, "layers: the student has no layer named 'layer9'");
        refused("" + teacher("squeezenet1_0", 8), List.of(), 1, "layers: expected some whose maps are compared");
    }

    private void refused(String teacher, List<String> layers, double attention, String said) {
        var distill = new Distill(teacher, Optional.empty(), 4, 0.9, attention, 0, layers);
        var e = assertThrows(IllegalArgumentException.class, () -> trainer(recipe(distill), "none")
                .close());
        assertTrue(e.getMessage().startsWith(said), e::getMessage);
    }
}
