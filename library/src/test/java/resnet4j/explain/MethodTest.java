package resnet4j.explain;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
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
import resnet4j.image.Resize;
import resnet4j.model.ModelFile;
import resnet4j.model.Models;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** Beside pytorch-grad-cam and Captum on SqueezeNet's and ResNet-20's published weights; scripts/parity/cam_golden.py. */
class MethodTest {
    private static final int BOW_TIE = 457, TRUCK = 9; // what the networks say first

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

    /** The same picture as ResNet-20 sees it, of 32x32 pixels. */
    private Subject small() throws IOException {
        opened = ModelFile.open(
                "resnet20", Optional.of(Shared.data("cifar-resnets/resnet20-12fca82f.th")), OptionalInt.empty());
        var preprocess =
                Preprocess.imagenet().withResize(new Resize.Exact(32, 32)).withCrop(32, 32);
        var pixels = preprocess.read(Picture.of(Shared.data("torchvision-expect/grace_hopper_517x606.jpg")));
        var image = Tensor.of(preprocess.normalize(pixels.rgb()), 1, 3, 32, 32);
        return new Subject(Tracer.trace(opened.net(), 1, 3, 32, 32), image, TRUCK);
    }

    @ParameterizedTest
    @CsvSource({
        "gradcam, layer3",
        "gradcam, layer2",
        "gradcam, layer1.0.conv1",
        "gradcam++, layer3",
        "gradcam++, layer2",
        "gradcam++, layer1.0.conv1",
        "hirescam, layer3",
        "hirescam, layer2",
        "hirescam, layer1.0.conv1",
        "layercam, layer3",
        "layercam, layer2",
        "layercam, layer1.0.conv1",
        "eigencam, layer3",
        "eigencam, layer2",
        "eigencam, layer1.0.conv1",
        "scorecam, layer3",
        "scorecam, layer2",
        "scorecam, layer1.0.conv1",
    })
    void mapsOfAResidualNetwork_areThoseOfPytorchGradCam(String method, String layer) throws IOException {
        var heat = Method.named(method, Optional.of(layer)).explain(small());
        assertClose(golden("resnet20-" + method + "-" + layer), heat.values(), 1e-3);
    }

    @Test
    void guidedBackpropagation_isCaptums() throws IOException {
        assertClose(
                golden("resnet20-guided"), new GuidedBackprop().explain(small()).values(), 1e-3);
        opened.close();
        assertClose(golden("guided"), quarter(new GuidedBackprop().explain(hopper())), 1e-3);
    }

    /** pytorch-grad-cam's without noise; ours has a hundredth of it, which moves the probability in its third place. */
    @Test
    void road_isThatOfPytorchGradCam() throws IOException {
        var values = new float[32 * 32];
        for (int i = 0; i < values.length; i++) values[i] = i * 389 % 1024 / 1024f;
        var heat = new Heat(32, 32, values);
        var subject = small();
        assertEquals(-0.10707148, Faithfulness.road(subject, heat), 0.01);
        var hidden = new boolean[values.length];
        for (int i = 0; i < values.length; i++) hidden[i] = values[i] >= .5;
        var filled = new Imputation(32, 32, hidden).fill(subject.image().toFloats(), null);
        assertClose(golden("resnet20-filled"), filled, 1e-3);
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
        // ours is scaled over all pixels, Captum's is not, and of SqueezeNet's every fourth is kept: they lie on one
        // line
        assertOnOneLine(golden("inputxgradient"), quarter(new Method.InputXGradient().explain(hopper())));
        opened.close();
        assertOnOneLine(
                golden("resnet20-inputxgradient"),
                new Method.InputXGradient().explain(small()).values());
    }

    private static void assertOnOneLine(float[] truth, float[] ours) {
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

    /**
     * Captum's, with its rule and its number of steps. Of those that are taken where nobody says how many, the sum is what
     * the picture adds to the score, within 1 %: Captum's 50 are 2.9 % off on ResNet-20.
     */
    @Test
    void integratedGradients_areCaptumsAndComplete() throws IOException {
        var subject = hopper();
        assertIntegrated(golden("integrated"), quarter(new Method.IntegratedGradients(50).explain(subject)));
        assertComplete(subject);
        opened.close();
        subject = small();
        assertIntegrated(
                golden("resnet20-integrated"),
                new Method.IntegratedGradients(50).explain(subject).values());
        assertComplete(subject);
    }

    private static void assertIntegrated(float[] truth, float[] ours) {
        float largest = 0;
        for (float value : truth) largest = Math.max(largest, Math.abs(value));
        assertClose(truth, ours, 1e-5 * largest);
    }

    private static void assertComplete(Subject subject) {
        double sum = 0;
        for (float value :
                Method.named("integrated", Optional.empty()).explain(subject).values()) sum += value;
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

    @Test
    void methodsByName_areKnownOrOneSentence() {
        assertEquals(List.of("rise", "gradcam"), Explanation.methods(List.of("rise", "gradcam")));
        assertEquals(Method.names(), Explanation.methods(List.of("gradcam", "all")));
        var e = assertThrows(IllegalArgumentException.class, () -> Explanation.methods(List.of("rise", "gradcamm")));
        assertTrue(
                e.getMessage().matches("method: expected one of all, .*, got 'gradcamm'. .*'gradcam'.*"),
                e::getMessage);
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
