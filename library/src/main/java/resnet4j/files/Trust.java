package resnet4j.files;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

/** Whether files that are run as code can be nobody's but the user's or the system administrator's. */
final class Trust {
    private static final int ROOT = 0, OTHERS_WRITE = 022, LINK = 0120000, KIND = 0170000;

    private Trust() {}

    /**
     * Makes {@code folder} for the user alone, or looks whether it can be trusted.
     *
     * @throws IOException that says what to do, if it cannot be made or could be another's
     */
    static void make(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            try {
                Files.createDirectories(folder.toAbsolutePath().getParent());
                Files.createDirectories(folder, permissions(folder, "rwx------"));
            } catch (IOException e) {
                throw new IOException(
                        folder + ": the folder for native libraries cannot be made (" + reason(e)
                                + "); set RESNET4J_CACHE to a folder that you own",
                        e);
            }
        }
        if (!one(folder.toRealPath()))
            throw new IOException(folder + ": belongs to another user or can be written by others, and its files are"
                    + " run as code; delete it, or set RESNET4J_CACHE to a folder that you own");
    }

    private static String reason(IOException e) {
        return e.getMessage() == null || e.getMessage().isEmpty() ? e.getClass().getSimpleName() : e.getMessage();
    }

    /** What a new file or folder may at most be, where the file system has permissions. */
    static FileAttribute<?>[] permissions(Path where, String most) {
        if (!where.getFileSystem().supportedFileAttributeViews().contains("posix")) return new FileAttribute<?>[0];
        return new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(most))};
    }

    /** Whether nobody else owns, or could have written, any file or folder in {@code root}; true if there is none. */
    static boolean everything(Path root) throws IOException {
        boolean[] trusted = {true};
        try {
            Files.walkFileTree(root, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
                        throws IOException {
                    return look(folder);
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    return look(file);
                }

                private FileVisitResult look(Path path) throws IOException {
                    trusted[0] = one(path);
                    return trusted[0] ? FileVisitResult.CONTINUE : FileVisitResult.TERMINATE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                    if (e instanceof NoSuchFileException) return FileVisitResult.CONTINUE; // renamed meanwhile
                    throw e;
                }
            });
        } catch (NoSuchFileException e) {
            return true;
        }
        return trusted[0];
    }

    /** Whether nobody else owns, or could have written, a file or folder; true if there is none. */
    static boolean one(Path path) throws IOException {
        if (!path.getFileSystem().supportedFileAttributeViews().contains("unix")) return true;
        Map<String, Object> attributes;
        try {
            attributes = Files.readAttributes(path, "unix:uid,mode", LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            return true;
        }
        int uid = (int) attributes.get("uid"), mode = (int) attributes.get("mode");
        return (uid == ROOT || uid == User.ID) && ((mode & KIND) == LINK || (mode & OTHERS_WRITE) == 0);
    }

    /** Looked up once, where it is needed. */
    private static final class User {
        static final int ID = (int) new com.sun.security.auth.module.UnixSystem().getUid();
    }

    static void delete(Path root) throws IOException {
        if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) return;
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, IOException e) throws IOException {
                Files.delete(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
