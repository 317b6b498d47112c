package resnet4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import resnet4j.tensor.LiveObjects;
import resnet4j.tensor.NativeScope;

class ClassifierSoakTest {
    private static final Path STATUS = Path.of("/proc/self/status");

    /** From files to answers: the memory of the process stays, and so does the count of native objects. */
    @Tag("slow")
    @Test
    void tenThousandPredictionsOnFourThreads_leaveMemoryFlat() throws Exception {
        assumeTrue(Files.exists(STATUS), "the system does not tell the process's memory");
        List<Path> pictures;
        try (var files = Files.list(Shared.data("imagenet-60"))) {
            pictures =
                    files.filter(f -> f.toString().endsWith(".JPEG")).sorted().toList();
        }
        var pool = Executors.newFixedThreadPool(4);
        try (var classifier = Classifier.load("squeezenet1_0", Shared.data("squeezenet-imagenet/squeezenet1_0.pth"))) {
            predict(classifier, pictures, 1_000, pool);
            long objects = LiveObjects.settled(), early = residentBytes();
            predict(classifier, pictures, 9_000, pool);
            long late = residentBytes();
            System.getLogger("resnet4j")
                    .log(
                            System.Logger.Level.INFO,
                            "memory after 1,000 predictions {0} MiB, after 10,000 {1} MiB",
                            early >> 20,
                            late >> 20);
            assertEquals(objects, NativeScope.liveObjects());
            // 9,000 inputs that leak would be 5,400 MB; the collector may let the heap grow a little
            assertTrue(late - early < 256 << 20, "grew from " + (early >> 20) + " to " + (late >> 20) + " MiB");
        } finally {
            pool.shutdown();
        }
    }

    private static void predict(Classifier classifier, List<Path> pictures, int times, ExecutorService pool)
            throws Exception {
        var tasks = new ArrayList<Callable<Object>>();
        for (int i = 0; i < times; i++) {
            var picture = pictures.get(i % pictures.size());
            tasks.add(() -> classifier.classify(picture, 5));
        }
        for (var answer : pool.invokeAll(tasks)) answer.get();
    }

    /** Physical memory of the process, Java heap included. */
    private static long residentBytes() throws IOException {
        System.gc();
        try (var lines = Files.lines(STATUS)) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10) // kB
                    .findFirst()
                    .orElseThrow();
        }
    }
}
