package resnet4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import resnet4j.config.Records;
import resnet4j.files.AtomicFile;
import resnet4j.weights.SafeTensors;

/** Processes that are told to end. */
class StopSignalTest {
    /** More by hand: {@code -Dkills=100}. Each takes about ten seconds. */
    private static final int TOLD = Integer.getInteger("kills", 9);

    @TempDir
    Path folder;

    /** Operations of seconds, in which Java's own end would take away what they compute with. */
    @Test
    @Tag("slow")
    void toldToEndWhileItComputes_diesOfTheSignal() throws Exception {
        var all = Squares.write(folder.resolve("pictures"), 64);
        var random = new Random(9);
        var log = folder.resolve("log");
        String[][] commands = {
            {"predict", "resnet152", "--random", "--batch=64", "--device=cpu", all + "/train"},
            {"eval", "resnet50", "--random", "--classes=3", "--batch=64", "--device=cpu", "--data=folder:" + all},
            {"train", "--model=resnet50", "--batch=64", "--epochs=9", "--data=folder:" + all, "--run=" + folder + "/run"
            }
        };
        for (int round = 0; round < TOLD; round++) {
            KillTest.delete(folder.resolve("run"));
            var process =
                    Child.start(log, Map.of("OMP_NUM_THREADS", "2"), Main.class, commands[round % commands.length]);
            try {
                process.waitFor(4000 + random.nextInt(4000), TimeUnit.MILLISECONDS);
                assertTrue(process.isAlive(), () -> Child.said(log));
                process.destroy();
                assertTrue(process.waitFor(20, TimeUnit.SECONDS), "ends, " + String.join(" ", commands[round % 3]));
            } finally {
                process.destroyForcibly().waitFor();
            }
            assertEquals(128 + 15, process.exitValue(), () -> Child.said(log));
            assertFalse(Files.exists(folder.resolve("crash.log")));
        }
    }

    /** What writes a file for ever. */
    static final class Writing {
        public static void main(String[] args) throws IOException {
            StopSignal.listen();
            AtomicFile.write(Path.of(args[0]), out -> {
                while (true) {
                    out.write(ByteBuffer.wrap(new byte[1000]), 0);
                    LockSupport.parkNanos(1_000_000);
                }
            });
        }
    }

    @Test
    void toldToEndWhileItWrites_leavesTheOldFileAndNothingBeside() throws Exception {
        var written = Files.createDirectories(folder.resolve("written"));
        var file = Files.writeString(written.resolve("model.onnx"), "before");
        var log = folder.resolve("log");
        var process = Child.start(log, Map.of(), Writing.class, file.toString());
        try {
            while (parts(written) == 0 && process.isAlive()) Thread.sleep(5);
            process.destroy(); // SIGTERM
            assertTrue(process.waitFor(20, TimeUnit.SECONDS), "ends");
        } finally {
            process.destroyForcibly();
        }
        assertEquals(128 + 15, process.exitValue());
        assertFalse(Child.said(log).contains("model.onnx"), () -> Child.said(log));
        assertEquals("before", Files.readString(file));
        assertEquals(0, parts(written));
    }

    private static long parts(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".part")).count();
        }
    }

    @Test
    void toldToEnd_savesSaysSoAndGoesOn() throws Exception {
        var run = folder.resolve("run");
        var begin = KillTest.begin(folder, run, 2000);
        var log = folder.resolve("log");
        var process = Child.start(log, Map.of(), Main.class, begin);
        try {
            while (!Files.exists(run.resolve("model.safetensors")) && process.isAlive()) Thread.sleep(5);
            process.destroy(); // SIGTERM
            assertTrue(process.waitFor(20, TimeUnit.SECONDS), "ends");
            assertEquals(128 + 15, process.exitValue());
            assertTrue(Child.said(log).contains("go on with: ./resnet4j train --resume " + run), () -> Child.said(log));
        } finally {
            process.destroyForcibly();
        }
        var said = Child.said(log)
                .lines()
                .filter(l -> l.startsWith("Stopped; the run is saved at step "))
                .findFirst();
        assertTrue(said.isPresent(), () -> Child.said(log));
        long step = Long.parseLong(said.get().replaceAll("\\D", ""));
        assertEquals(
                step,
                Records.parse(SafeTensors.read(run.resolve("checkpoint.safetensors"))
                                .metadata()
                                .get("position"))
                        .get("step")
                        .asLong());

        var again = Child.start(log, Map.of(), Main.class, "train", "--resume=" + run, "--checkpoint-seconds=0");
        try {
            var before = KillTest.stamp(run.resolve("checkpoint.safetensors"));
            while (KillTest.stamp(run.resolve("checkpoint.safetensors")).equals(before) && again.isAlive())
                Thread.sleep(5);
            assertTrue(again.isAlive(), () -> Child.said(log));
        } finally {
            again.destroyForcibly().waitFor();
        }
        KillTest.check(run);
    }
}
