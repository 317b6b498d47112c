package resnet4j.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
    @TempDir
    Path folder;

    private List<Path> files() throws IOException {
        try (var files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    @Test
    void whatFailsHalfway_leavesTheOldFileAlone() throws IOException {
        var file = folder.resolve("a");
        AtomicFile.write(file, "before");
        var full = assertThrows(
                IOException.class,
                () -> AtomicFile.write(file, out -> {
                    out.write(ByteBuffer.wrap(new byte[3]));
                    throw new IOException("no space left");
                }));
        assertEquals(file + ": no space left; it was not written", full.getMessage());
        assertEquals("before", Files.readString(file));
        assertEquals(List.of(file), files());
    }

    @Test
    void aLink_staysOne() throws IOException {
        var link = folder.resolve("link");
        var file = Files.writeString(folder.resolve("file"), "before");
        Files.createSymbolicLink(link, Path.of("file"));
        AtomicFile.write(link, "after");
        assertTrue(Files.isSymbolicLink(link));
        assertEquals("after", Files.readString(file));
        assertEquals(List.of(file, link), files());
    }

    @Test
    void whatIsNoFile_isWrittenTo() throws Exception {
        var pipe = folder.resolve("pipe");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/mkfifo")), "no pipes with names");
        assertEquals(
                0,
                new ProcessBuilder("/usr/bin/mkfifo", pipe.toString()).start().waitFor());
        var read = CompletableFuture.supplyAsync(() -> {
            try {
                return Files.readString(pipe);
            } catch (IOException e) {
                return e.toString();
            }
        });
        AtomicFile.write(pipe, "through");
        assertEquals("through", read.get(20, TimeUnit.SECONDS));
        assertEquals(List.of(pipe), files());
    }
}
