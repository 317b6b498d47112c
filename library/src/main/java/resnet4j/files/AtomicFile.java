package resnet4j.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** Writes a file wholly or not at all: to a temporary file beside it, on the disk, then renamed. */
public final class AtomicFile {
    private static final Set<Path> PARTS = ConcurrentHashMap.newKeySet();
    /** Writers share it where they make, rename or delete a file; who ends the process takes it for good. */
    private static final ReadWriteLock NAMES = new ReentrantReadWriteLock();

    private AtomicFile() {}

    /** Writes the content of a file. */
    public interface Content {
        void write(FileChannel out) throws IOException;
    }

    public static void write(Path target, String text) throws IOException {
        write(target, text.getBytes(StandardCharsets.UTF_8));
    }

    public static void write(Path target, byte[] bytes) throws IOException {
        write(target, out -> {
            for (var left = ByteBuffer.wrap(bytes); left.hasRemaining(); ) out.write(left);
        });
    }

    /** A link stays one, and what is no file, such as {@code /dev/stdout}, is written to as it is. */
    public static void write(Path target, Content content) throws IOException {
        if (Files.exists(target) && !Files.isRegularFile(target) && !Files.isDirectory(target)) {
            try (var out = FileChannel.open(target, StandardOpenOption.WRITE)) {
                content.write(out);
            }
            return;
        }
        replace(Files.isSymbolicLink(target) && Files.exists(target) ? target.toRealPath() : target, content);
    }

    private static void replace(Path target, Content content) throws IOException {
        Path folder = target.toAbsolutePath().getParent();
        Files.createDirectories(folder);
        // not a temporary file of the JDK, which only its owner may read
        Path temporary = folder.resolve("." + target.getFileName() + "." + UUID.randomUUID() + ".part");
        try {
            PARTS.add(temporary);
            try (var out =
                    named(() -> FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))) {
                content.write(out);
                out.force(true);
            }
            named(() -> {
                publish(temporary, target);
                return null;
            });
        } catch (FileSystemException e) {
            throw e; // names its file
        } catch (IOException e) {
            throw new IOException(target + ": " + e.getMessage() + "; it was not written", e); // a full disk
        } finally {
            named(() -> Files.deleteIfExists(temporary));
            PARTS.remove(temporary);
        }
    }

    private interface Step<T> {
        T run() throws IOException;
    }

    private static <T> T named(Step<T> step) throws IOException {
        NAMES.readLock().lock();
        try {
            return step.run();
        } finally {
            NAMES.readLock().unlock();
        }
    }

    /** For a process that ends now: deletes what it has written of unfinished files, and lets it begin and finish none. */
    public static void abandon() throws InterruptedException {
        if (!NAMES.writeLock().tryLock(1, TimeUnit.SECONDS)) return; // a disk that does not answer must not keep it
        for (var part : PARTS)
            try {
                Files.deleteIfExists(part);
            } catch (IOException e) {
                // stays, as after a kill
            }
    }

    /** Deletes what processes that were killed left of files that they were writing into this folder. */
    public static void deleteParts(Path folder) throws IOException {
        try (var parts = Files.newDirectoryStream(folder, ".*.part")) {
            for (var part : parts) Files.delete(part);
        }
    }

    /** Renames a finished file, already on the disk, over {@code target}, and puts the new name on the disk. */
    static void publish(Path finished, Path target) throws IOException {
        Files.move(finished, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (var folder = FileChannel.open(target.toAbsolutePath().getParent())) {
            folder.force(true);
        } catch (IOException e) {
            // Windows cannot open a folder, and keeps its names without being asked.
        }
    }
}
