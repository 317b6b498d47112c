package resnet4j.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a server of this machine: {@code /file} honours ranges, {@code /whole} does not, others are absent. */
class DownloadTest {
    private static final byte[] CONTENT = new byte[300_000];

    static {
        new Random(0).nextBytes(CONTENT);
    }

    @TempDir
    Path folder;

    private HttpServer server;
    private URI root;
    private Path target;
    private String sha256;
    private final List<String> ranges = Collections.synchronizedList(new ArrayList<>());
    private volatile int breakAfter = Integer.MAX_VALUE;

    @BeforeEach
    void serve() throws Exception {
        target = folder.resolve("cache/file.pth");
        sha256 = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(CONTENT));
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/file", exchange -> send(exchange, true));
        server.createContext("/whole", exchange -> send(exchange, false));
        server.createContext("/moved", exchange -> {
            exchange.getResponseHeaders().add("Location", "/file");
            exchange.sendResponseHeaders(302, -1);
            exchange.close();
        });
        server.setExecutor(Executors.newCachedThreadPool());
        server.start();
        root = URI.create("http://localhost:" + server.getAddress().getPort() + "/");
    }

    private void send(HttpExchange exchange, boolean honoursRanges) throws IOException {
        String range = exchange.getRequestHeaders().getFirst("Range");
        ranges.add(String.valueOf(range));
        int from = range != null && honoursRanges ? Integer.parseInt(range.replaceAll("\\D", "")) : 0;
        if (from >= CONTENT.length) {
            exchange.sendResponseHeaders(416, -1);
        } else {
            if (from > 0)
                exchange.getResponseHeaders()
                        .add("Content-Range", "bytes " + from + "-" + (CONTENT.length - 1) + "/" + CONTENT.length);
            exchange.sendResponseHeaders(from > 0 ? 206 : 200, CONTENT.length - from);
            exchange.getResponseBody().write(CONTENT, from, Math.min(breakAfter, CONTENT.length - from));
        }
        exchange.close();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void file_downloadsOnceAndTellsHowFarItIs() throws IOException {
        var heard = new ArrayList<Long>();
        Download.file(root.resolve("file"), target, sha256, CONTENT.length, (bytes, total) -> {
            heard.add(bytes);
            assertEquals(CONTENT.length, total);
        });
        assertArrayEquals(CONTENT, Files.readAllBytes(target));
        assertEquals(CONTENT.length, heard.get(heard.size() - 1));
        assertEquals(List.of(target), list(), "nothing beside it");

        server.stop(0);
        assertEquals(
                target,
                Download.file(root.resolve("file"), target, sha256, -1, Download.Progress.NONE),
                "from the disk");
    }

    @Test
    void file_followsRedirectsAndTakesAPrefixOfTheChecksum() throws IOException {
        Download.file(root.resolve("moved"), target, sha256.substring(0, 8), -1, Download.Progress.NONE);
        assertArrayEquals(CONTENT, Files.readAllBytes(target));
    }

    @Test
    void file_isCheckedByMd5WhereThePublisherGivesNoOther() throws Exception {
        var md5 = HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(CONTENT));
        var other = "0".repeat(32);
        var e = assertThrows(
                IOException.class,
                () -> Download.file(root.resolve("file"), target, "md5:" + other, -1, Download.Progress.NONE));
        assertTrue(e.getMessage().contains("expected a file with MD5 " + other), e.getMessage());
        assertTrue(e.getMessage().contains("got 300000 bytes with MD5 " + md5), e.getMessage());
        assertFalse(Files.exists(target));
        Download.file(root.resolve("file"), target, "md5:" + md5, -1, Download.Progress.NONE);
        assertArrayEquals(CONTENT, Files.readAllBytes(target));
    }

    @Test
    void file_continuesABrokenDownload() throws IOException {
        breakAfter = 100_000;
        var e = assertThrows(IOException.class, () -> fetch("file"));
        assertTrue(e.getMessage().contains("put that file (SHA-256 " + sha256 + ") at " + target), e.getMessage());
        assertFalse(Files.exists(target));
        long here = Files.size(target.resolveSibling("file.pth.part"));
        assertTrue(here > 0 && here <= 100_000, here + " bytes");

        breakAfter = Integer.MAX_VALUE;
        fetch("file");
        assertArrayEquals(CONTENT, Files.readAllBytes(target));
        assertEquals(List.of("null", "bytes=" + here + "-"), ranges);
    }

    @Test
    void file_startsAgainWhereTheServerCannotContinue() throws IOException {
        part(Arrays.copyOf(CONTENT, 1000));
        fetch("whole");
        assertArrayEquals(CONTENT, Files.readAllBytes(target));

        Files.delete(target);
        part(new byte[CONTENT.length + 1]); // longer than the file: 416
        fetch("file");
        assertArrayEquals(CONTENT, Files.readAllBytes(target));
    }

    @Test
    void file_refusesAnotherFileAndForgetsIt() throws IOException {
        String other = "0".repeat(64);
        var e = assertThrows(
                IOException.class,
                () -> Download.file(root.resolve("file"), target, other, -1, Download.Progress.NONE));
        assertTrue(e.getMessage().contains("expected a file with SHA-256 " + other), e.getMessage());
        assertTrue(e.getMessage().contains("got 300000 bytes with SHA-256 " + sha256), e.getMessage());
        assertFalse(Files.exists(target));

        part(new byte[1000]); // a wrong beginning is found out, and not kept
        assertThrows(IOException.class, () -> fetch("file"));
        fetch("file");
        assertArrayEquals(CONTENT, Files.readAllBytes(target));
    }

    @Test
    void file_saysWhatToPutWhereIfTheServerHasNoSuchFileOrThereIsNoServer() {
        var absent = assertThrows(IOException.class, () -> fetch("absent"));
        assertTrue(absent.getMessage().contains("the server answered 404"), absent.getMessage());
        server.stop(0);
        var offline = assertThrows(IOException.class, () -> fetch("file"));
        assertTrue(offline.getMessage().startsWith("cannot download " + root + "file ("), offline.getMessage());
        assertTrue(offline.getMessage().endsWith("put that file (SHA-256 " + sha256 + ") at " + target));
    }

    private void fetch(String name) throws IOException {
        Download.file(root.resolve(name), target, sha256, CONTENT.length, Download.Progress.NONE);
    }

    private void part(byte[] content) throws IOException {
        Files.createDirectories(target.getParent());
        Files.write(target.resolveSibling("file.pth.part"), content);
    }

    private List<Path> list() throws IOException {
        try (var files = Files.list(target.getParent())) {
            return files.toList();
        }
    }

    /** Answers with {@code bytes} bytes, of which the head says nothing or {@code said}, then with silence. */
    private void answer(String path, long said, long bytes) {
        server.createContext("/" + path, exchange -> {
            exchange.sendResponseHeaders(200, said);
            try (var body = exchange.getResponseBody()) {
                for (long sent = 0; sent < bytes; sent += 1 << 16)
                    body.write(new byte[(int) Math.min(1 << 16, bytes - sent)]);
                body.flush();
                if (said > bytes) Thread.sleep(20_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    @Test
    void file_endsWhenMoreComesThanExpected() {
        answer("endless", 0, 1L << 40);
        answer("longer", 0, 301_000);
        for (var path : List.of("endless", "longer")) {
            var e = assertThrows(
                    IOException.class,
                    () -> Download.file(root.resolve(path), target, sha256, 300_000, Download.Progress.NONE));
            assertTrue(e.getMessage().contains("more came than the 300000 bytes"), e.getMessage());
            assertTrue(target.resolveSibling("file.pth.part").toFile().length() <= 300_000);
            assertFalse(Files.exists(target));
        }
    }

    @Test
    void file_endsWhenNothingComesForAWhile() {

        answer("silent", 1000, 1);
        answer("stops", 400_000, 200_000);
        for (var path : List.of("silent", "stops")) {
            long begin = System.nanoTime();
            var e = assertThrows(
                    IOException.class,
                    () -> Download.file(
                            root.resolve(path), target, sha256, -1, Download.Progress.NONE, Duration.ofSeconds(1)));
            assertTrue(e.getMessage().contains("nothing came for 1 seconds"), e.getMessage());
            assertTrue(e.getMessage().contains("put that file"), e.getMessage());
            assertTrue(System.nanoTime() - begin < 10e9);
        }
    }
}
