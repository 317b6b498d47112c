package resnet4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.array.Npy;
import resnet4j.explain.Method;
import resnet4j.export.OnnxExport;
import resnet4j.export.OnnxMetadata;
import resnet4j.graph.Passes;
import resnet4j.graph.Tracer;
import resnet4j.image.Image;
import resnet4j.model.ModelFile;
import resnet4j.model.Models;
import resnet4j.tensor.Engine;
import resnet4j.tensor.LiveObjects;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Pixels;
import resnet4j.tensor.Tensor;

class ClassifierTest {
    /** How many PyTorch gets right with the same weights on the same photographs: 31 at top-1, 51 at top-5. */
    @Test
    void photographs_areRecognised_fromFourThreads() throws Exception {
        Path labels = Shared.data("imagenet-60/labels.tsv");
        var rows = Files.readAllLines(labels).stream()
                .skip(1)
                .map(line -> line.split("\t"))
                .toList();
        var pool = Executors.newFixedThreadPool(4);
        try (var classifier = Classifier.load("squeezenet1_0", Shared.data("squeezenet-imagenet/squeezenet1_0.pth"))) {
            var tasks = new ArrayList<Callable<List<Classifier.Prediction>>>();
            for (var row : rows) tasks.add(() -> classifier.classify(labels.resolveSibling(row[3]), 5));
            int top1 = 0, top5 = 0;
            var answers = pool.invokeAll(tasks);
            for (int i = 0; i < rows.size(); i++) {
                int right = Integer.parseInt(rows.get(i)[0]);
                var answer = answers.get(i).get();
                if (answer.get(0).index() == right) {
                    top1++;
                    assertEquals(rows.get(i)[2], answer.get(0).label());
                }
                if (answer.stream().anyMatch(p -> p.index() == right)) top5++;
            }
            assertEquals(31, top1);
            assertEquals(51, top5);
        } finally {
            pool.shutdown();
        }
    }

    @Test
    void close_freesEverything() throws IOException {
        var picture = new Image(40, 30, new byte[40 * 30 * 3]);
        try (var first = resnet20()) { // makes what lives as long as the process
            first.classify(picture, 1);
        }
        long before = LiveObjects.settled();
        try (var classifier = resnet20()) {
            var answers = classifier.classify(List.of(picture, picture), 3);
            assertEquals(2, answers.size());
            assertEquals(answers.get(0), answers.get(1));
            assertEquals(
                    1,
                    classifier.classify(picture, 10).stream()
                            .mapToDouble(p -> p.probability())
                            .sum(),
                    1e-6);
            assertEquals(List.of(), classifier.classify(List.of(), 3));
            assertThrows(IllegalArgumentException.class, () -> classifier.classify(picture, 0));
        }
        assertEquals(before, NativeScope.liveObjects());
    }

    @Test
    void everyKindOfPicture_isAnsweredAlike(@TempDir Path folder) throws IOException {
        var picture = new BufferedImage(40, 30, BufferedImage.TYPE_INT_ARGB_PRE);
        var random = new Random(2);
        for (int y = 0; y < 30; y++) for (int x = 0; x < 40; x++) picture.setRGB(x, y, random.nextInt() | 0xFF000000);
        var file = folder.resolve("a.png");
        ImageIO.write(picture, "png", file.toFile());
        var bytes = Files.readAllBytes(file);
        try (var net = resnet20();
                var stream = Files.newInputStream(file)) {
            var expected = net.classify(file, 10);
            assertEquals(expected, net.classify(bytes, 10));
            assertEquals(expected, net.classify(stream, 10));
            assertEquals(expected, net.classify(picture, 10));
            assertEquals(expected, net.predict(file)); // all classes
            assertEquals(expected.subList(0, 1), net.classify(bytes, 1));
            var e = assertThrows(IOException.class, () -> net.classify(new byte[] {1, 2, 3}, 1));
            assertTrue(e.getMessage().startsWith("the picture: "), e.getMessage());
        }
    }

    /** The map is pytorch-grad-cam's; scripts/parity/cam_golden.py kept every fourth pixel. */
    @Test
    void explain_givesAnswerMapAndPicture() throws IOException {
        var photo = Shared.data("torchvision-expect/grace_hopper_517x606.jpg");
        var method = Method.named("gradcam", Optional.of("features.12"));
        var golden = Npy.read(Path.of("src/test/resources/resnet4j/explain/gradcam-features.12.npy"))
                .floats();
        var net = Classifier.load("squeezenet1_0", Shared.data("squeezenet-imagenet/squeezenet1_0.pth"));
        try (net) {
            var why = net.explain(photo, method);
            assertEquals("bow tie", why.answer().label());
            assertEquals(
                    net.classify(photo, 1).get(0).probability(), why.answer().probability(), 1e-4);
            for (int i = 0; i < golden.length; i++) assertEquals(golden[i], why.map()[i / 56 * 4][i % 56 * 4], 1e-3);
            assertEquals(224, why.overlay().getWidth());
            assertEquals(
                    why.answer(),
                    net.explain(ImageIO.read(photo.toFile()), method).answer());
        }
        assertThrows(IllegalStateException.class, () -> net.explain(photo, method));
        try (var memory = resnet20()) {
            var e = assertThrows(IllegalStateException.class, () -> memory.explain(photo, method));
            assertTrue(e.getMessage().contains("loaded from a saved model"), e.getMessage());
        }
    }

    /** The head applied to the features gives the answer; slices of any length give the same. */
    @Test
    void features_areWhatTheHeadDecidesBy() {
        var pictures = pictures(5);
        try (var scope = new NativeScope();
                var opened = opened();
                var net = new Classifier(opened(), new Predictor.Options());
                var slices = new Classifier(
                        opened(), new Predictor.Options().withBatch(2).withThreads(Engine.threads()))) {
            opened.net().train(false);
            for (int i = 0; i < 5; i++) {
                var pixels =
                        Tensor.of(net.card().preprocess().apply(pictures.get(i)).rgb(), 1, 32, 32, 3);
                var p = net.card().preprocess();
                var features = opened.net().features(Pixels.normalize(pixels, p.mean(), p.std()));
                assertArrayEquals(
                        features.toFloats(),
                        net.features(pictures).get(i),
                        1e-4f); // batch norms are folded in the plan
                assertArrayEquals(
                        net.features(pictures).get(i), slices.features(pictures).get(i), 1e-5f);
            }
            assertEquals(64, net.features(pictures).get(0).length);
            var together = net.predict(pictures);
            for (int i = 0; i < 5; i++)
                assertEquals(
                        together.get(i).get(0).label(),
                        slices.predict(pictures).get(i).get(0).label());
        }
        assertThrows(IllegalArgumentException.class, () -> new Predictor.Options().withBatch(0));
        assertThrows(IllegalArgumentException.class, () -> new Predictor.Options().withThreads(-1));
    }

    @Test
    void headsOfMaps_haveFeaturesOfOneDimension() {
        Ops.seed(0);
        var entry = Models.get("squeezenet1_1");
        var names = IntStream.range(0, 1000).mapToObj(i -> "class" + i).toList();
        var file =
                new ModelFile("squeezenet1_1", entry.architecture(), entry.preprocess(), names, Map.of(), "", Map.of());
        try (var net = new Classifier(
                new ModelFile.Opened(file, Models.create("squeezenet1_1", 1000)), new Predictor.Options())) {
            assertEquals(512, net.features(pictures(1)).get(0).length);
        }
    }

    /** Whoever is inside gets the answer, whoever comes later is told; the second closing does nothing. */
    @Test
    void closing_whileOthersRun_isASentence() throws Exception {
        var pictures = pictures(8);
        var pool = Executors.newFixedThreadPool(4);
        long before = LiveObjects.settled();
        try {
            for (int round = 0; round < 5; round++) {
                var net = resnet20();
                var expected = net.predict(pictures);
                var running = new CountDownLatch(4);
                var tasks = new ArrayList<Future<String>>();
                for (int t = 0; t < 4; t++)
                    tasks.add(pool.submit(() -> {
                        running.countDown();
                        try {
                            while (true) assertEquals(expected, net.predict(pictures));
                        } catch (IllegalStateException e) {
                            return e.getMessage();
                        }
                    }));
                running.await();
                net.close();
                net.close();
                for (var task : tasks)
                    assertEquals("the classifier is closed; open it again to use it", task.get(60, TimeUnit.SECONDS));
                assertThrows(IllegalStateException.class, () -> net.features(pictures));
                assertThrows(IllegalStateException.class, () -> net.classify(List.of(), 1));
                assertEquals("resnet20", net.card().model());
            }
        } finally {
            pool.shutdown();
        }
        assertEquals(before, NativeScope.liveObjects());
    }

    private static List<Image> pictures(int n) {
        var random = new Random(3);
        return IntStream.range(0, n)
                .mapToObj(i -> {
                    var rgb = new byte[40 * 36 * 3];
                    random.nextBytes(rgb);
                    return new Image(40, 36, rgb);
                })
                .toList();
    }

    /** The exported file answers as the network that it was made of, whether it normalises by itself or not. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void onnxFile_givesTheSameAnswers(boolean pixels, @TempDir Path folder) throws IOException {
        var random = new Random(1);
        var pictures = IntStream.range(0, 5)
                .mapToObj(i -> {
                    var rgb = new byte[40 * 36 * 3];
                    random.nextBytes(rgb);
                    return new Image(40, 36, rgb);
                })
                .toList();
        var file = folder.resolve("net.onnx");
        var opened = opened();
        try (var scope = new NativeScope()) {
            OnnxExport.write(
                    Passes.simplify(Tracer.trace(opened.net(), 1, 3, 32, 32)),
                    file,
                    OnnxMetadata.of(opened.file()).withPixels(pixels));
        }
        try (var ours = new Classifier(opened, new Predictor.Options());
                var onnx = Classifier.load(file)) {
            assertEquals(ours.card(), onnx.card());
            var expected = ours.classify(pictures, 10);
            var actual = onnx.classify(pictures, 10);
            for (int i = 0; i < 5; i++)
                for (int k = 0; k < 10; k++) {
                    var e = expected.get(i).get(k);
                    var a = actual.get(i).get(k);
                    assertEquals(e.index() + e.label(), a.index() + a.label());
                    assertEquals(e.probability(), a.probability(), 1e-5); // sums in another order
                }
        }
    }

    /** In a process whose class path has neither libtorch nor its BLAS. */
    @Test
    void onnxFile_needsNoLibtorch(@TempDir Path folder) throws Exception {
        var file = folder.resolve("net.onnx");
        var picture = folder.resolve("picture.png");
        ImageIO.write(new BufferedImage(40, 30, BufferedImage.TYPE_INT_RGB), "png", picture.toFile());
        List<Classifier.Prediction> expected;
        try (var scope = new NativeScope();
                var opened = opened()) {
            OnnxExport.write(
                    Passes.simplify(Tracer.trace(opened.net(), 1, 3, 32, 32)), file, OnnxMetadata.of(opened.file()));
            try (var classifier = Classifier.load(file)) {
                expected = classifier.classify(picture, 3);
            }
        }
        var said = run("(pytorch|openblas)", List.of(), WithoutLibtorch.class, file, picture);
        assertTrue(said.contains(expected.toString()), () -> said + " has not " + expected);
    }

    @Test
    void onnxFile_withoutOnnxRuntime_saysWhatToAdd(@TempDir Path folder) throws Exception {
        var file = folder.resolve("net.onnx");
        try (var scope = new NativeScope();
                var opened = opened()) {
            OnnxExport.write(
                    Passes.simplify(Tracer.trace(opened.net(), 1, 3, 32, 32)), file, OnnxMetadata.of(opened.file()));
        }
        var said = run("onnxruntime", List.of(), Refused.class, file);
        assertTrue(said.contains("add com.microsoft.onnxruntime:onnxruntime"), said);
    }

    /** JavaCPP is told to be on a platform for which there are no natives. */
    @Test
    void platformWithoutNatives_isASentence(@TempDir Path folder) throws Exception {
        var file = folder.resolve("net.safetensors");
        try (var opened = opened()) {
            opened.file().save(file, opened.net());
        }
        var said = run("none", List.of("-Dorg.bytedeco.javacpp.platform=linux-arm64"), Refused.class, file);
        assertTrue(said.contains("linux-arm64") && said.contains("linux-x86_64"), said);
        // Java 24 warns of natives, and leaves a line free
        var own = said.lines()
                .filter(line -> !line.isBlank() && !line.startsWith("WARNING: "))
                .toList();
        assertEquals(1, own.size(), said);
    }

    /** What a program prints in a process whose class path lacks some jars. */
    private static String run(String absent, List<String> options, Class<?> program, Path... files) throws Exception {
        var path = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(jar -> !jar.matches(".*" + absent + "-[^/\\\\]*[.]jar"))
                .collect(Collectors.joining(File.pathSeparator));
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", path, program.getName()));
        for (var file : files) command.add(file.toString());
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().remove("JAVA_TOOL_OPTIONS"); // which Java says that it picks up
        var process = builder.start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
        return said;
    }

    static final class Refused {
        public static void main(String[] args) {
            try (var classifier = Classifier.load(Path.of(args[0]))) {
                System.out.println("opened " + classifier.card());
            } catch (IOException | RuntimeException | LinkageError e) {
                System.out.println(Sentences.of(e));
            }
        }
    }

    static final class WithoutLibtorch {
        public static void main(String[] args) throws IOException {
            try {
                Class.forName("org.bytedeco.pytorch.Tensor");
                throw new IllegalStateException("libtorch is on the class path");
            } catch (ClassNotFoundException e) {
                // as it should be
            }
            try (var classifier = Classifier.load(Path.of(args[0]))) {
                System.out.println(classifier.classify(Path.of(args[1]), 3));
            }
        }
    }

    @Test
    void onnxFileFromElsewhere_isRefusedInOneSentence(@TempDir Path folder) throws IOException {
        // ir_version = 8, producer_name = "me"
        var foreign = Files.write(folder.resolve("foreign.onnx"), new byte[] {8, 8, 18, 2, 'm', 'e'});
        var e = assertThrows(IOException.class, () -> Classifier.load(foreign));
        assertEquals(
                foreign + ": metadata: expected the entry 'model', as files exported by ResNet4J have it, got []",
                e.getMessage());
        var damaged = Files.write(folder.resolve("damaged.onnx"), new byte[] {(14 << 3 | 2), 100, 1, 2});
        e = assertThrows(IOException.class, () -> Classifier.load(damaged));
        assertTrue(e.getMessage().startsWith(damaged + ": expected an ONNX file, got damaged"), e.getMessage());
    }

    @Test
    void onnxFileWhoseMetadataLies_isRefused(@TempDir Path folder) throws IOException {
        var file = folder.resolve("lie.onnx");
        try (var opened = opened()) {
            var preprocess = opened.file().preprocess().withCrop(64, 64);
            OnnxExport.write(
                    Tracer.trace(opened.net(), 1, 3, 32, 32),
                    file,
                    OnnxMetadata.of(opened.file().withPreprocess(preprocess)));
        }
        var e = assertThrows(IOException.class, () -> Classifier.load(file));
        assertTrue(e.getMessage().contains("expected 10 logits for images of 64x64"), e.getMessage());
    }

    private static Classifier resnet20() {
        return new Classifier(opened(), new Predictor.Options());
    }

    private static ModelFile.Opened opened() {
        Ops.seed(0);
        var entry = Models.get("resnet20");
        var names = IntStream.range(0, 10).mapToObj(i -> "class" + i).toList();
        var file = new ModelFile(
                "resnet20", entry.architecture().withClasses(10), entry.preprocess(), names, Map.of(), "", Map.of());
        return new ModelFile.Opened(file, Models.create("resnet20", 10));
    }
}
