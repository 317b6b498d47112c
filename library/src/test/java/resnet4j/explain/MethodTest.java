package resnet4j.explain;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.Shared;
import resnet4j.array.Npy;
import resnet4j.graph.Tracer;
import resnet4j.image.Picture;
import resnet4j.image.Preprocess;
import resnet4j.model.ModelFile;
import resnet4j.model.Models;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** Beside pytorch-grad-cam and Captum on SqueezeNet's published weights; scripts/parity/cam_golden.py. */
class MethodTest {
    private static final int BOW_TIE = 457; // what the network says first

    private final NativeScope scope = new NativeScope();
    private ModelFile.Opened opened;

    @AfterEach
    void close() {
        scope.close();
        if (opened != null) opened.close();
    }

    /** The graph's weights are the network's, which is open until the test ends. */
    private Subject hopper() throws IOException {
        opened = ModelFile.open(
                "squeezenet1_0",
                Optional.of(Shared.data("squeezenet-imagenet/squeezenet1_0.pth")),
                OptionalInt.empty());
        var preprocess = Preprocess.imagenet();
        var pixels = preprocess.read(Picture.of(Shared.data("torchvision-expect/grace_hopper_517x606.jpg")));
        var image = Tensor.of(preprocess.normalize(pixels.rgb()), 1, 3, 224, 224);
        return new Subject(Tracer.trace(opened.net(), 1, 3, 224, 224), image, BOW_TIE);
    }

    @ParameterizedTest
    @CsvSource({
        "gradcam, features.12",
        "gradcam, features.5",
        "gradcam++, features.12",
        "gradcam++, features.5",
        "hirescam, features.12",
        "hirescam, features.5",
        "layercam, features.12",
        "layercam, features.5",
        "eigencam, features.12",
        "eigencam, features.5",
        "scorecam, features.5",
    })
    void maps_areThoseOfPytorchGradCam(String method, String layer) throws IOException {
        var heat = Method.named(method, Optional.of(layer)).explain(hopper());
        assertClose(golden(method + "-" + layer), quarter(heat), 1e-3);
    }

    @Test
    void inputTimesGradient_isCaptums() throws IOException {
        var truth = golden("inputxgradient");
        var heat = new Method.InputXGradient().explain(hopper());
        var scaled = new Heat(224, 224, heat.values());
        // ours is scaled over all pixels, Captum's here is every fourth of the unscaled ones: they lie on one line
        var ours = quarter(scaled);
        int low = 0, high = 0;
        for (int i = 0; i < truth.length; i++) {
            if (truth[i] < truth[low]) low = i;
            if (truth[i] > truth[high]) high = i;
        }
        float slope = (truth[high] - truth[low]) / (ours[high] - ours[low]);
        for (int i = 0; i < truth.length; i++)
            assertEquals(
                    truth[i],
                    truth[low] + (ours[i] - ours[low]) * slope,
                    1e-3 * Math.max(Math.abs(truth[low]), truth[high]));
    }

    /** Captum's, with its rule and its number of steps; and the sum is what the picture adds to the score (within 1 %). */
    @Test
    void integratedGradients_areCaptumsAndComplete() throws IOException {
        var subject = hopper();
        var heat = new Method.IntegratedGradients(50).explain(subject);
        var truth = golden("integrated");
        float largest = 0;
        for (float value : truth) largest = Math.max(largest, Math.abs(value));
        assertClose(truth, quarter(heat), 1e-3 * largest);
        double sum = 0;
        for (float value : heat.values()) sum += value;
        float with = subject.scores(subject.image())[0];
        float without = subject.scores(Ops.affine(subject.image(), 0, 0))[0];
        assertEquals(with - without, sum, .01 * Math.abs(with - without));
    }

    /** Where the picture is 0, times it nothing is left. */
    @ParameterizedTest
    @ValueSource(strings = {"inputxgradient", "integrated"})
    void blackPixels_countAlike(String method) {
        var pixels = new float[3 * 32 * 32];
        for (int c = 0; c < 3; c++)
            for (int y = 0; y < 12; y++)
                for (int x = 0; x < 12; x++) pixels[c * 1024 + y * 32 + x] = (x + y) % 2 * 4 - 2;
        try (var net = Models.create("resnet20", 10)) {
            var subject = new Subject(Tracer.trace(net, 1, 3, 32, 32), Tensor.of(pixels, 1, 3, 32, 32), 3);
            var heat = Method.named(method, Optional.empty()).explain(subject);
            for (int y = 16; y < 32; y++)
                for (int x = 16; x < 32; x++) assertEquals(heat.at(31, 31), heat.at(y, x), 1e-4);
            assertTrue(heat.at(6, 6) != heat.at(31, 31), "the picture counts");
        }
    }

    @Test
    void layersAndClasses_areRefusedByName() throws IOException {
        var net = Models.create("resnet20", 10);
        var graph = Tracer.trace(net, 1, 3, 32, 32);
        var image = Tensor.zeros(1, 3, 32, 32);
        assertEquals("layer3", Subject.defaultLayer(graph));
        var layer = assertThrows(IllegalArgumentException.class, () -> new Cam.GradCam(Optional.of("layer9"))
                .explain(new Subject(graph, image, 0)));
        assertTrue(layer.getMessage().contains("none named 'layer9'"), layer.getMessage());
        assertTrue(layer.getMessage().contains("layer3.2.conv2"), layer.getMessage());
        var flat = assertThrows(IllegalArgumentException.class, () -> new Cam.GradCam(Optional.of("fc"))
                .explain(new Subject(graph, image, 0)));
        assertTrue(flat.getMessage().contains("expected one that gives maps"), flat.getMessage());
        var target = assertThrows(IllegalArgumentException.class, () -> new Subject(graph, image, 10));
        assertEquals("class: expected 0 to 9, got 10", target.getMessage());
        var method = assertThrows(IllegalArgumentException.class, () -> Method.named("gradcamm", Optional.empty()));
        assertTrue(method.getMessage().contains("Did you mean 'gradcam'?"), method.getMessage());
        net.close();
    }

    /** torch.nn.functional.interpolate of [[0, 1], [2, 4]] to 3x4, without and with align_corners. */
    @Test
    void resized_isPyTorchs() {
        var heat = new Heat(2, 2, new float[] {0, 1, 2, 4});
        assertArrayEquals(
                new float[] {0, .25f, .75f, 1, 1, 1.375f, 2.125f, 2.5f, 2, 2.5f, 3.5f, 4},
                heat.resized(3, 4).values(),
                1e-6f);
        assertArrayEquals(
                new float[] {0, 1 / 3f, 2 / 3f, 1, 1, 1.5f, 2, 2.5f, 2, 8 / 3f, 10 / 3f, 4},
                heat.resized(3, 4, true).values(),
                1e-6f);
    }

    private static float[] golden(String name) throws IOException {
        return Npy.read(Path.of("src/test/resources/resnet4j/explain", name + ".npy"))
                .floats();
    }

    /** Every fourth pixel of every fourth row. */
    private static float[] quarter(Heat heat) {
        var some = new float[56 * 56];
        for (int y = 0; y < 56; y++) for (int x = 0; x < 56; x++) some[y * 56 + x] = heat.at(4 * y, 4 * x);
        return some;
    }

    private static void assertClose(float[] truth, float[] ours, double tolerance) {
        assertEquals(truth.length, ours.length);
        double largest = 0;
        for (int i = 0; i < truth.length; i++) largest = Math.max(largest, Math.abs(truth[i] - ours[i]));
        assertTrue(largest <= tolerance, "differs by " + largest + ", expected at most " + tolerance);
    }
}
