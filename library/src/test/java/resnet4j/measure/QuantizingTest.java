package resnet4j.measure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.compress.Quantization;
import resnet4j.data.DataSource;
import resnet4j.data.Reading;
import resnet4j.graph.Tracer;
import resnet4j.image.LabelMap;
import resnet4j.image.Preprocess;
import resnet4j.image.Resize;
import resnet4j.model.ModelFile;
import resnet4j.model.Models;
import resnet4j.run.Stages;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** Networks that answer for each pixel, in eight bits: on a way up, and with logits that are enlarged at the end. */
class QuantizingTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"unet_resnet18", "fcn_resnet18"})
    void quantizedAndOpened_theyAnswerAsBefore(String name) throws Exception {
        Ops.seed(4);
        var data = "shapes:6";
        var classes = DataSource.parse(data, LabelMap.class).train().classes();
        var out = folder.resolve("small.safetensors");
        try (var scope = new NativeScope();
                var net = Models.create(name, classes.size());
                var noGrad = Ops.noGrad()) {
            net.train(false);
            var preprocess = Preprocess.of(new Resize.ShortSide(32), 0);
            var file = new ModelFile(name, net.architecture(), preprocess, classes, Map.of(), "", Map.of());
            var opened = new ModelFile.Opened(file, net);
            var asked = new Quantizing(new Quantization(), data, 2, Optional.of(data), OptionalInt.of(2), 1);
            var made = asked.run(opened, name, out, Reading.ahead(1), Stages.NONE);
            assertTrue(made.before().miou().isPresent() && made.before().top1().isEmpty());
            assertEquals(made.before().score().get(), made.after().score().get(), 0.1);
            var images = Tensor.randn(1, 3, 64, 96);
            try (var small = ModelFile.open(out)) {
                small.net().train(false);
                assertTrue(small.file().architecture().perPixel());
                assertEquals(classes.size(), small.file().architecture().classes());
                var logits = small.net().apply(images);
                assertArrayEquals(net.apply(images).shape(), logits.shape());
                assertTrue(Tracer.trace(small.net(), 1, 3, 64, 96).isQuantized());
                assertArrayEquals(
                        Tracer.trace(small.net(), 1, 3, 64, 96).run(images).toFloats(), logits.toFloats());
            }
        }
    }
}
