package resnet4j.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import resnet4j.run.Line;
import resnet4j.run.RunFolder;
import resnet4j.tensor.Device;

class MemoryTest {
    @TempDir
    Path folder;

    /** A process of its own with a heap that is there from the start, so that what grows is native. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void residentMemory_after2000StepsIsThatAfter200() throws Exception {
        var out = folder.resolve("out");
        var builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms96m",
                "-Xmx96m",
                "-XX:+AlwaysPreTouch",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1", // compiled code grows late otherwise
                "-cp",
                System.getProperty("java.class.path"),
                Steps.class.getName(),
                folder.resolve("run").toString());
        builder.environment().put("OMP_NUM_THREADS", "1");
        var process =
                builder.redirectErrorStream(true).redirectOutput(out.toFile()).start();
        try {
            assertEquals(0, process.waitFor(), () -> read(out));
        } finally {
            process.destroyForcibly();
        }
        var sizes = Files.readAllLines(out).stream()
                .filter(line -> line.startsWith("VmRSS"))
                .map(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .toList();
        assertEquals(2, sizes.size(), () -> read(out));
        assertTrue(sizes.get(1) <= 1.05 * sizes.get(0), () -> sizes + " kB");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** 2,001 steps with all that a step can do, checkpoints and epochs' ends among them. */
    static final class Steps {
        public static void main(String[] args) throws IOException {
            var recipe = Runs.recipe(
                    "epochs=58",
                    "batch=2",
                    "validation=0.2",
                    "ema=0.9",
                    "clipNorm=1",
                    "mix={\"type\":\"mixUp\",\"alpha\":0.4}",
                    "architecture.stochasticDepth=0.3");
            var log = new Trainer.Log() {
                @Override
                public void step(Line.Step step) {
                    if (List.of(200L, 2000L).contains(step.step())) System.out.println(resident());
                }
            };
            var options = new Trainer.Options(Device.CPU, 1, 0.1, () -> false);
            try (var trainer = new Trainer(recipe, Squares.source(90), new RunFolder(Path.of(args[0])), options, log)) {
                trainer.train();
            }
        }

        private static String resident() {
            try (var lines = Files.lines(Path.of("/proc/self/status"))) {
                return lines.filter(line -> line.startsWith("VmRSS"))
                        .findFirst()
                        .orElseThrow();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
