package resnet4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
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

    private static Classifier resnet20() {
        Ops.seed(0);
        var entry = Models.get("resnet20");
        var names = IntStream.range(0, 10).mapToObj(i -> "class" + i).toList();
        var file = new ModelFile(
                "resnet20", entry.architecture().withClasses(10), entry.preprocess(), names, Map.of(), "", Map.of());
        return new Classifier(new ModelFile.Opened(file, Models.create("resnet20", 10)), Device.CPU, Precision.FP32);
    }
}
