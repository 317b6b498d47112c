package resnet4j;

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
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.export.OnnxExport;
import resnet4j.export.OnnxMetadata;
import resnet4j.graph.Passes;
import resnet4j.graph.Tracer;
import resnet4j.image.Image;
import resnet4j.model.ModelFile;
import resnet4j.model.Models;
import resnet4j.tensor.Device;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Precision;

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
        long before = NativeScope.liveObjects();
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
        OnnxExport.write(
                Passes.simplify(Tracer.trace(opened.net(), 1, 3, 32, 32)),
                file,
                OnnxMetadata.of(opened.file()).withPixels(pixels));
        try (var ours = new Classifier(opened, Device.CPU, Precision.FP32);
                var onnx = Classifier.load(file)) {
            assertEquals(ours.preprocess(), onnx.preprocess());
            assertEquals(ours.classNames(), onnx.classNames());
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
        var path = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(jar -> !jar.matches(".*(pytorch|openblas)-[^/\\\\]*[.]jar"))
                .collect(Collectors.joining(File.pathSeparator));
        var process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        path,
                        WithoutLibtorch.class.getName(),
                        file.toString(),
                        picture.toString())
                .redirectErrorStream(true)
                .start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
        assertTrue(said.contains(expected.toString()), () -> said + " has not " + expected);
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
        return new Classifier(opened(), Device.CPU, Precision.FP32);
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
