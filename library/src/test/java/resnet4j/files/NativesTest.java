package resnet4j.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.bytedeco.javacpp.presets.javacpp;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The natives of JavaCPP itself, one small library, in folders in which something is wrong. */
class NativesTest {
    @TempDir
    Path temporary;

    private Path folder, library;
    private byte[] right;

    @BeforeEach
    void unpackOnce() throws IOException {
        folder = temporary.resolve("native");
        Trust.make(folder);
        Natives.unpack(folder, javacpp.class);
        try (var files = Files.walk(folder)) {
            library = files.filter(file -> file.toString().matches(".*jnijavacpp.*"))
                    .filter(Files::isRegularFile)
                    .findFirst()
                    .orElseThrow();
        }
        String entry = folder.relativize(library)
                .subpath(1, folder.relativize(library).getNameCount())
                .toString()
                .replace('\\', '/');
        try (var in = javacpp.class.getClassLoader().getResourceAsStream(entry)) {
            right = in.readAllBytes();
        }
    }

    @Test
    void unpacked_areTheJarsBytes() throws IOException {
        assertArrayEquals(right, Files.readAllBytes(library));
        var before = Files.readAttributes(library, "lastModifiedTime,fileKey");
        Natives.unpack(folder, javacpp.class);
        assertEquals(before, Files.readAttributes(library, "lastModifiedTime,fileKey"), "unpacked once");
    }

    /** Does something to a library in its folder. */
    interface Harm {
        void to(Path library) throws IOException;
    }

    static Stream<Arguments> harms() {
        return Map.<String, Harm>of(
                        "half of it",
                        file -> keepTime(file, () -> truncate(file, Files.size(file) / 2)),
                        "none of it",
                        file -> keepTime(file, () -> truncate(file, 0)),
                        "zeros, as a file system leaves them after a power cut",
                        file -> Files.write(file, new byte[(int) Files.size(file)]),
                        "absent",
                        Files::delete,
                        "a folder",
                        file -> {
                            Files.delete(file);
                            Files.createDirectories(file.resolve("inside"));
                        },
                        "a link out of the cache",
                        file -> {
                            Path elsewhere = Files.copy(file, file.resolveSibling("../../../../../../elsewhere.so"));
                            Files.delete(file);
                            Files.createSymbolicLink(file, elsewhere);
                        },
                        "a link to nothing",
                        file -> {
                            Files.delete(file);
                            Files.createSymbolicLink(file, file.resolveSibling("nothing"));
                        },
                        "writable by others",
                        file -> Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-")),
                        "in a folder writable by others",
                        file -> Files.setPosixFilePermissions(
                                file.getParent(), PosixFilePermissions.fromString("rwxrwxrwx")))
                .entrySet()
                .stream()
                .map(harm -> Arguments.of(harm.getKey(), harm.getValue()));
    }

    private interface Action {
        void run() throws IOException;
    }

    private static void keepTime(Path file, Action action) throws IOException {
        FileTime time = Files.getLastModifiedTime(file);
        action.run();
        Files.setLastModifiedTime(file, time);
    }

    private static void truncate(Path file, long size) throws IOException {
        Files.write(file, Arrays.copyOf(Files.readAllBytes(file), (int) size));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("harms")
    void harmed_areUnpackedAgain(String name, Harm harm) throws IOException {
        assumeTrue(Files.getFileStore(folder).supportsFileAttributeView("posix"));
        harm.to(library);
        Natives.unpack(folder, javacpp.class);
        assertTrue(Files.isRegularFile(library, LinkOption.NOFOLLOW_LINKS));
        assertArrayEquals(right, Files.readAllBytes(library));
        assertTrue(Trust.everything(folder));
        if (!name.equals("absent"))
            assertTrue(Natives.repaired().stream().anyMatch(path -> library.endsWith(path)), "is said");
    }

    @Test
    void changedBytesOfTheSameSizeAndTime_areFoundByVerifying() throws IOException {
        for (int at : new int[] {0, right.length / 3, right.length - 1}) {
            keepTime(library, () -> {
                byte[] other = right.clone();
                other[at] ^= 1;
                Files.write(library, other);
            });
            Natives.verify(folder, javacpp.class);
            assertArrayEquals(right, Files.readAllBytes(library));
        }
    }

    @Test
    void listsThatAreDamaged_areNotBelieved() throws IOException {
        for (String text : new String[] {"", "x", "1\t2", "1\t2\t../../x\n", "-\t-\t-\n"}) {
            try (var lists = Files.newDirectoryStream(folder, "*.list")) {
                for (Path list : lists) Files.writeString(list, text);
            }
            truncate(library, 100);
            Natives.unpack(folder, javacpp.class);
            assertArrayEquals(right, Files.readAllBytes(library));
        }
    }

    @Test
    void partsOfStoppedProcesses_areRemoved() throws IOException {
        Path part = Files.write(library.resolveSibling(".libx.so.1234.part"), new byte[100]);
        Files.delete(library);
        Natives.unpack(folder, javacpp.class);
        assertFalse(Files.exists(part));
    }

    @Test
    void folderOfOthers_isRefusedWithWhatToDo() throws IOException {
        assumeTrue(Files.getFileStore(folder).supportsFileAttributeView("posix"));
        for (String mode : new String[] {"rwxrwxrwx", "rwx-w----"}) {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(mode));
            String said =
                    assertThrows(IOException.class, () -> Trust.make(folder)).getMessage();
            assertTrue(said.contains("delete it") && said.contains("RESNET4J_CACHE"), said);
        }
        Path below = Files.createFile(temporary.resolve("file")).resolve("native");
        String said = assertThrows(IOException.class, () -> Trust.make(below)).getMessage();
        assertTrue(said.contains("cannot be made") && said.contains("RESNET4J_CACHE"), said);
    }

    @Test
    void manyThreadsAtOnce_unpackOnceEach() throws Exception {
        var failures = Collections.synchronizedList(new ArrayList<Throwable>());
        for (int round = 0; round < 5; round++) {
            Trust.delete(folder.resolve(folder.relativize(library).getName(0)));
            var threads = new ArrayList<Thread>();
            var seen = Collections.synchronizedMap(new TreeMap<String, byte[]>());
            for (int i = 0; i < 8; i++) {
                var thread = new Thread(() -> {
                    try {
                        Natives.unpack(folder, javacpp.class);
                        seen.put(Thread.currentThread().getName(), Files.readAllBytes(library));
                    } catch (Throwable e) {
                        failures.add(e);
                    }
                });
                thread.start();
                threads.add(thread);
            }
            for (var thread : threads) thread.join();
            assertEquals(java.util.List.of(), failures);
            seen.values().forEach(bytes -> assertArrayEquals(right, bytes));
        }
    }
}
