package resnet4j.detect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.array.Npy;
import resnet4j.config.Records;
import resnet4j.data.Shapes;
import resnet4j.explain.Explanation;
import resnet4j.image.ImageFile;
import resnet4j.image.Picture;
import resnet4j.image.Preprocess;
import resnet4j.model.ModelFile;
import resnet4j.nn.Init;
import resnet4j.run.Stages;
import resnet4j.tensor.Device;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.train.Recipe;

class ThingQuestionTest {
    @TempDir
    Path folder;

    /** An untrained network that is sure of things everywhere. */
    private static ModelFile.Opened opened(String name) {
        Ops.seed(0);
        var recipe = Records.overlay(new Recipe(), Records.parse("""
                {"learn": "detect", "model": "%s",
                 "architecture": {"backbone": {"network": {"planes": [8, 8, 16, 16]}}, "channels": 32,
                                  %s "sizes": {"min": [64], "max": 64}}}
                """.formatted(
                        name, name.contains("rcnn") ? "\"method\": {\"hidden\": 32}," : "")));
        var config = (DetectorConfig) recipe.architectureFor(3);
        var net = config.build();
        net.train(false);
        if (!(net instanceof Rcnn)) Init.constant(net.head().state().get("bias"), 0);
        var names = List.of("background", "one", "two");
        return new ModelFile.Opened(
                new ModelFile(name, config, Preprocess.cifar10(), names, Map.of(), "", Map.of()), net);
    }

    private Path picture() throws IOException {
        var picture = folder.resolve("scene.png");
        ImageFile.writePng(picture, new Shapes(4, 64, 3).scene(0).image());
        return picture;
    }

    /** What finds things takes another way, over all places. */
    @Test
    void ofAPlaceThatAnswers_theScoreIsTheOneThatWasFound() throws IOException {
        try (var opened = opened("retinanet_resnet50_fpn");
                var scope = new NativeScope()) {
            var net = (DetectionNet) opened.net();
            var image = opened.file().preprocess().decode(Picture.of(picture()));
            var found = net.detect(List.of(image), net.limits(), Device.CPU).get(0);
            for (int n : new int[] {0, 2}) {
                var question = ThingQuestion.of(opened, Integer.toString(n), Picture.of(picture()));
                assertEquals(found.get(n).label(), question.answer().index());
                assertEquals(found.get(n).score(), question.answer().probability(), 1e-6);
                var said = question.graph().apply(net).run(Map.of("images", question.image()));
                assertEquals(
                        found.get(n).score(),
                        question.target().probability(said).toFloats()[0],
                        1e-5);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"fasterrcnn_resnet18_fpn", "retinanet_resnet50_fpn"})
    void aThing_isExplained(String name) throws IOException {
        try (var opened = opened(name);
                var scope = new NativeScope()) {
            var raw = folder.resolve("heat.npy");
            var explanation = new Explanation(
                    "layercam",
                    Optional.empty(),
                    "auto",
                    true,
                    Optional.of(folder.resolve("heat.png")),
                    Optional.of(raw));
            var question = ThingQuestion.of(opened, "auto", Picture.of(picture()));
            var explained = explanation.answer(question, opened, name, picture(), Stages.NONE);
            assertEquals("backbone.body.layer4", explained.layer());
            assertTrue(explained.toString().contains("the box from"), explained::toString);
            assertEquals(64, Npy.read(raw).shape()[0]);
            float most = 0;
            for (float value : Npy.read(raw).floats()) most = Math.max(most, value);
            assertEquals(1, most, 1e-4);
            var wrong = assertThrows(
                    IllegalArgumentException.class, () -> ThingQuestion.of(opened, "100000", Picture.of(picture())));
            assertTrue(wrong.getMessage().startsWith("--class: expected a class, or 0 to"), wrong.getMessage());
        }
    }
}
