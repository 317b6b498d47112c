package resnet4j.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import resnet4j.array.DType;
import resnet4j.config.Records;
import resnet4j.files.Download;
import resnet4j.model.ModelFile;
import resnet4j.run.RunFolder;
import resnet4j.train.Recipe;
import resnet4j.weights.SafeTensors;

/** Processes that are killed while they train, download, and unpack natives. */
class KillTest {
    /** 50 in {@code .ci/run}, more by hand: {@code -Dkills=240}. Each takes about two seconds. */
    private static final int KILLS = Integer.getInteger("kills", 10);

    private static final int AT_ONCE = 2;

    @TempDir
    Path folder;

    static String[] begin(Path folder, Path run, int epochs) throws IOException {
        var pictures = Squares.write(folder.resolve("pictures"), 16);
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
        assertEquals(0, child(log, args).waitFor(), () -> Child.said(log));
    }

    private static Process child(Path log, String... args) throws IOException {
        return Child.start(log, Map.of(), Main.class, args);
    }

    static Object stamp(Path file) throws IOException {
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
    static void check(Path path) throws IOException {
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
                assertTrue(process.isAlive() || process.exitValue() == 0, () -> Child.said(log));
            } finally {
                process.destroyForcibly().waitFor();
            }
            check(run);
            if (Files.exists(checkpoint)) later++;
        }
        return later;
    }

    @Test
    void killedAtAnyMoment_theRunGoesOnToTheSameBits() throws Exception {
        int epochs = 2 + KILLS; // 12 updates each: more than the kills let through
        var whole = folder.resolve("whole");
        var begin = begin(folder, whole, epochs);
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
            for (int i = 0; i < AT_ONCE; i++)
                all.add(Child.start(folder.resolve("log" + i), environment, Main.class, answer));
            while (!unpacking(cache) && all.get(0).isAlive()) Thread.sleep(1);
            for (var process : all) {
                Thread.sleep(random.nextInt(1000), random.nextInt(1_000_000));
                process.destroyForcibly();
            }
            for (var process : all) process.waitFor();
            if (round % 2 == 0 && round + 1 < KILLS / 2 / AT_ONCE) continue;
            all.clear();
            for (int i = 0; i < AT_ONCE; i++)
                all.add(Child.start(folder.resolve("log" + i), environment, Main.class, answer));
            for (int i = 0; i < AT_ONCE; i++) {
                var log = folder.resolve("log" + i);
                assertEquals(0, all.get(i).waitFor(), () -> Child.said(log));
            }
            assertFalse(unpacking(cache), "half files are cleaned up");
        }
    }

    /** What is killed while it downloads. */
    static final class Fetching {
        public static void main(String[] args) throws IOException {
            Download.file(URI.create(args[0]), Path.of(args[1]), args[2], -1, Download.Progress.NONE);
        }
    }

    /** Two fetch one file at once, of which one waits for nobody and says so. */
    @Test
    @Tag("slow")
    void killedWhileDownloading_theNextStartGoesOn() throws Exception {
        var content = new byte[3_000_000];
        var random = new Random(5);
        random.nextBytes(content);
        var ranges = new AtomicInteger();
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            var range = exchange.getRequestHeaders().getFirst("Range");
            int from = range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
            if (from > 0) {
                ranges.incrementAndGet();
                exchange.getResponseHeaders()
                        .add("Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
            }
            exchange.sendResponseHeaders(from == content.length ? 416 : from > 0 ? 206 : 200, content.length - from);
            try (var body = exchange.getResponseBody()) {
                for (int at = from; at < content.length; at += 1 << 14) {
                    body.write(content, at, Math.min(1 << 14, content.length - at));
                    body.flush();
                    Thread.sleep(2); // about 8 MB a second
                }
            } catch (IOException | InterruptedException e) {
                // the reader was killed
            }
        });
        server.setExecutor(Executors.newCachedThreadPool());
        server.start();
        try {
            var target = folder.resolve("cache/weights.pth");
            var part = folder.resolve("cache/weights.pth.part");
            String[] fetch = {
                "http://localhost:" + server.getAddress().getPort() + "/weights.pth",
                target.toString(),
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content))
            };
            int inside = 0;
            for (int killed = 0; killed < KILLS / 2; ) {
                var all = new ArrayList<Process>();
                for (int i = 0; i < AT_ONCE; i++)
                    all.add(Child.start(folder.resolve("log" + i), Map.of(), Fetching.class, fetch));
                var before = Files.exists(part) ? Files.size(part) : 0;
                while (!Files.exists(target)
                        && (Files.exists(part) ? Files.size(part) : 0) == before
                        && all.stream().anyMatch(Process::isAlive)) Thread.sleep(1);
                Thread.sleep(random.nextInt(100), random.nextInt(1_000_000));
                for (var process : all) {
                    if (process.isAlive()) killed++;
                    process.destroyForcibly().waitFor();
                }
                if (Files.exists(target)) {
                    assertArrayEquals(content, Files.readAllBytes(target));
                    Files.delete(target);
                } else if (Files.exists(part)) {
                    var there = Files.readAllBytes(part);
                    assertArrayEquals(Arrays.copyOf(content, there.length), there);
                    if (there.length > 0) inside++;
                }
            }
            var last = folder.resolve("log");
            assertEquals(0, Child.start(last, Map.of(), Fetching.class, fetch).waitFor(), () -> Child.said(last));
            assertArrayEquals(content, Files.readAllBytes(target));
            assertFalse(Files.exists(part));
            assertTrue(inside > 0 && ranges.get() > 0, inside + " kills inside, " + ranges + " resumed");
        } finally {
            server.stop(0);
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

    static void delete(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) return;
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
        }
    }
}
