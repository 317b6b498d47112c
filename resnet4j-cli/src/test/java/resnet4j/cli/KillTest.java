package resnet4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import resnet4j.array.DType;
import resnet4j.config.Records;
import resnet4j.model.ModelFile;
import resnet4j.run.RunFolder;
import resnet4j.train.Recipe;
import resnet4j.weights.SafeTensors;

/** Training processes that are killed, and told to end. */
class KillTest {
    /** 50 in {@code .ci/run}, more by hand: {@code -Dkills=240}. Each takes about two seconds. */
    private static final int KILLS = Integer.getInteger("kills", 10);

    private static final int AT_ONCE = 2;

    @TempDir
    Path folder;

    private Path pictures;

    private String[] begin(Path run, int epochs) throws IOException {
        pictures = Squares.write(folder.resolve("pictures"), 16);
        var recipe = Files.writeString(folder.resolve("recipe.json"), Squares.RECIPE);
        return new String[] {
            "train", recipe.toString(), "--data=folder:" + pictures, "--run=" + run, "--set=epochs=" + epochs
        };
    }

    private static String[] go(Path run, String[] begin, int loaderThreads) {
        var all = new ArrayList<String>();
        if (Files.exists(run.resolve("recipe.json"))) all.addAll(List.of("train", "--resume=" + run));
        else all.addAll(List.of(begin));
        all.add("--loader-threads=" + loaderThreads);
        return all.toArray(String[]::new);
    }

    /** In a process like those that are killed: the last bits of a sum depend on the number of threads. */
    private void whole(String... args) throws Exception {
        var log = folder.resolve("whole.log");
        assertEquals(0, child(log, args).waitFor(), () -> text(log));
    }

    private Process child(Path log, String... args) throws IOException {
        return child(log, Map.of(), args);
    }

    private Process child(Path log, Map<String, String> environment, String... args) throws IOException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(args));
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().put("OMP_NUM_THREADS", "1");
        builder.environment().putAll(environment);
        return builder.start();
    }

    private static Object stamp(Path file) throws IOException {
        return Files.exists(file) ? Files.getLastModifiedTime(file) : "absent";
    }

    /** What has to be equal in equal runs: all but clocks. */
    private static Map<String, Object> result(Path path) throws IOException {
        var run = RunFolder.open(path);
        var result = new LinkedHashMap<String, Object>();
        result.put("model", Arrays.hashCode(Files.readAllBytes(run.model())));
        result.put("evaluation", Files.readString(run.evaluation()));
        result.put(
                "history",
                run.history().stream()
                        .map(line -> ((ObjectNode) Records.tree(line))
                                .remove(List.of("seconds", "imagesPerSecond", "waitShare")))
                        .map(String::valueOf)
                        .toList());
        SafeTensors.read(run.checkpoint())
                .tensors()
                .forEach((name, t) -> result.put(name, t.data().hashCode()));
        return result;
    }

    /** Whatever was there when the process died opens, and holds numbers. */
    private static void check(Path path) throws IOException {
        var run = new RunFolder(path);
        if (Files.exists(run.checkpoint())) {
            var checkpoint = SafeTensors.read(run.checkpoint());
            assertTrue(Records.parse(checkpoint.metadata().get("position"))
                            .get("step")
                            .asLong()
                    > 0);
            checkpoint.tensors().forEach((name, t) -> {
                if (t.dtype() == DType.F32) assertTrue(finite(t.data()), name);
            });
        }
        if (Files.exists(run.model())) ModelFile.open(run.model()).close();
        if (Files.exists(path.resolve("recipe.json")))
            assertEquals(4, Recipe.of(RunFolder.open(path)).batch());
        run.history();
    }

    private static boolean finite(ByteBuffer data) {
        var floats = data.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        while (floats.hasRemaining()) if (!Float.isFinite(floats.get())) return false;
        return true;
    }

    /** Kills one run again and again; gives how many of the kills came after its first checkpoint. */
    private int kill(Path run, String[] begin, int kills, long seed) throws Exception {
        var random = new Random(seed);
        var checkpoint = run.resolve("checkpoint.safetensors");
        var log = folder.resolve(run.getFileName() + ".log");
        int later = 0;
        for (int i = 0; i < kills; i++) {
            var args = new ArrayList<>(List.of(go(run, begin, i % 3)));
            args.add("--checkpoint-seconds=0"); // after every update
            var before = stamp(checkpoint);
            var process = child(log, args.toArray(String[]::new));
            try {
                if (i % 8 == 0) Thread.sleep(random.nextInt(2000)); // anywhere, the start too
                else while (stamp(checkpoint).equals(before) && process.isAlive()) Thread.sleep(1);
                Thread.sleep(random.nextInt(100), random.nextInt(1_000_000));
                assertTrue(process.isAlive() || process.exitValue() == 0, () -> text(log));
            } finally {
                process.destroyForcibly().waitFor();
            }
            check(run);
            if (Files.exists(checkpoint)) later++;
        }
        return later;
    }

    private static String text(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Test
    void killedAtAnyMoment_theRunGoesOnToTheSameBits() throws Exception {
        int epochs = 2 + KILLS; // 12 updates each: more than the kills let through
        var whole = folder.resolve("whole");
        var begin = begin(whole, epochs);
        whole(begin);
        var expected = result(whole);

        var killers = new ArrayList<Thread>();
        var failures = Collections.synchronizedList(new ArrayList<Throwable>());
        for (int k = 0; k < AT_ONCE; k++) {
            var run = folder.resolve("killed" + k);
            var args = begin.clone();
            args[3] = "--run=" + run;
            int kills = KILLS / AT_ONCE, seed = k;
            var killer = new Thread(() -> {
                try {
                    int later = kill(run, args, kills, seed); // the first may come before there is anything
                    assertTrue(later >= kills / 2, () -> later + " of " + kills + " kills after a checkpoint");
                } catch (Throwable e) {
                    failures.add(e);
                }
            });
            killers.add(killer);
            killer.start();
        }
        for (var killer : killers) killer.join();
        if (!failures.isEmpty()) throw new AssertionError(failures.get(0));
        for (int k = 0; k < AT_ONCE; k++) {
            var run = folder.resolve("killed" + k);
            whole(go(run, begin, 1));
            assertEquals(expected, result(run));
            try (var parts = Files.newDirectoryStream(run, ".*.part")) {
                assertFalse(parts.iterator().hasNext(), "half files are cleaned up");
            }
        }
    }

    @Test
    @Tag("slow")
    void killedWhileNativesUnpack_theNextStartWorks() throws Exception {
        var random = new Random(3);
        var cache = folder.resolve("cache");
        var environment = Map.of("RESNET4J_CACHE", cache.toString());
        var picture = Squares.write(folder.resolve("pictures"), 4);
        try (var files = Files.walk(picture)) {
            picture = files.filter(Files::isRegularFile).findFirst().orElseThrow();
        }
        String[] answer = {"predict", "resnet20", "--random", "--device=cpu", picture.toString()};
        for (int round = 0; round < Math.max(1, KILLS / 2 / AT_ONCE); round++) {
            if (round % 2 == 0) delete(cache); // otherwise one more, in what the last round left
            var all = new ArrayList<Process>();
            for (int i = 0; i < AT_ONCE; i++) all.add(child(folder.resolve("log" + i), environment, answer));
            while (!unpacking(cache) && all.get(0).isAlive()) Thread.sleep(1);
            for (var process : all) {
                Thread.sleep(random.nextInt(1000), random.nextInt(1_000_000));
                process.destroyForcibly();
            }
            for (var process : all) process.waitFor();
            if (round % 2 == 0 && round + 1 < KILLS / 2 / AT_ONCE) continue;
            all.clear();
            for (int i = 0; i < AT_ONCE; i++) all.add(child(folder.resolve("log" + i), environment, answer));
            for (int i = 0; i < AT_ONCE; i++) {
                var log = folder.resolve("log" + i);
                assertEquals(0, all.get(i).waitFor(), () -> text(log));
            }
            assertFalse(unpacking(cache), "half files are cleaned up");
        }
    }

    private static boolean unpacking(Path cache) throws IOException {
        if (!Files.isDirectory(cache)) return false;
        try (var files = Files.walk(cache)) {
            return files.anyMatch(file -> file.toString().endsWith(".part"));
        } catch (UncheckedIOException e) {
            return true; // renamed meanwhile
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) return;
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
        }
    }

    @Test
    void toldToEnd_savesSaysSoAndGoesOn() throws Exception {
        var run = folder.resolve("run");
        var begin = begin(run, 2000);
        var log = folder.resolve("log");
        var process = child(log, begin);
        try {
            while (!Files.exists(run.resolve("model.safetensors")) && process.isAlive()) Thread.sleep(5);
            long told = System.nanoTime();
            process.destroy(); // SIGTERM
            assertTrue(process.waitFor(10, TimeUnit.SECONDS), "ends within ten seconds");
            assertTrue(System.nanoTime() - told < 10e9);
            assertNotEquals(0, process.exitValue());
        } finally {
            process.destroyForcibly();
        }
        var said = text(log)
                .lines()
                .filter(l -> l.startsWith("Stopped; the run is saved at step "))
                .findFirst();
        assertTrue(said.isPresent(), () -> text(log));
        long step = Long.parseLong(said.get().replaceAll("\\D", ""));
        assertEquals(
                step,
                Records.parse(SafeTensors.read(run.resolve("checkpoint.safetensors"))
                                .metadata()
                                .get("position"))
                        .get("step")
                        .asLong());

        var again = child(log, "train", "--resume=" + run, "--checkpoint-seconds=0");
        try {
            var before = stamp(run.resolve("checkpoint.safetensors"));
            while (stamp(run.resolve("checkpoint.safetensors")).equals(before) && again.isAlive()) Thread.sleep(5);
            assertTrue(again.isAlive(), () -> text(log));
        } finally {
            again.destroyForcibly().waitFor();
        }
        check(run);
    }
}
