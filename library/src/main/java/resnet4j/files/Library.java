package resnet4j.files;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.zip.CRC32;

/**
 * A native library of a jar and its place in the cache, as JavaCPP chooses it: the name of the jar, the path inside, and
 * the name that the library is to have.
 *
 * @param path     relative to the cache, with slashes
 * @param modified milliseconds since 1970, by which, with the size, JavaCPP knows that a file is the jar's
 * @param from     the library in its jar; null if read from a list
 */
record Library(String path, long size, long modified, URL from) {
    private static final int CHUNK = 1 << 16;

    static Library of(JarURLConnection connection, URL url) throws IOException {
        var entry = connection.getJarEntry();
        int slash = entry.getName().lastIndexOf('/');
        String name = url.getRef() != null ? url.getRef() : entry.getName().substring(slash + 1);
        String path = new File(connection.getJarFile().getName()).getName() + "/"
                + entry.getName().substring(0, slash + 1) + name;
        return new Library(path, entry.getSize(), entry.getTime(), url);
    }

    /** The libraries of a list; none if it is absent or damaged. */
    static List<Library> read(Path list) {
        var libraries = new ArrayList<Library>();
        try {
            for (String line : Files.readAllLines(list)) {
                String[] fields = line.split("\t");
                if (fields.length != 3 || !Path.of(fields[2]).normalize().equals(Path.of(fields[2]))) return List.of();
                libraries.add(new Library(fields[2], Long.parseLong(fields[0]), Long.parseLong(fields[1]), null));
            }
        } catch (IOException | RuntimeException e) {
            return List.of();
        }
        return libraries;
    }

    static ByteBuffer write(List<Library> libraries) {
        var text = new StringBuilder();
        for (var library : libraries)
            text.append(library.size)
                    .append('\t')
                    .append(library.modified)
                    .append('\t')
                    .append(library.path)
                    .append('\n');
        return ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** The folder of its jar's libraries, in the cache. */
    String jar() {
        return path.substring(0, path.indexOf('/'));
    }

    /**
     * Whether a file of its size and time lies in its place, or a link that JavaCPP made to the library of that name in
     * another jar's folder, which it had loaded already.
     */
    boolean fits(Path folder) {
        try {
            Path place = folder.resolve(path);
            if (Files.isSymbolicLink(place)) {
                Path real = place.toRealPath();
                return real.startsWith(folder.toRealPath()) && Files.isRegularFile(real) && Trust.one(real);
            }
            var there = Files.readAttributes(place, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return there.isRegularFile()
                    && there.size() == size
                    && there.lastModifiedTime().toMillis() == modified;
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether the file in its place holds other bytes than the jar; a link's are looked at where it leads. */
    boolean differs(Path folder) throws IOException {
        if (!fits(folder)) return true;
        if (Files.isSymbolicLink(folder.resolve(path))) return false;
        try (var in = Files.newInputStream(folder.resolve(path))) {
            return crc(in) != entry().getCrc();
        }
    }

    private java.util.jar.JarEntry entry() throws IOException {
        return ((JarURLConnection) from.openConnection()).getJarEntry();
    }

    private static long crc(InputStream in) throws IOException {
        var crc = new CRC32();
        byte[] chunk = new byte[CHUNK];
        for (int n; (n = in.read(chunk)) >= 0; ) crc.update(chunk, 0, n);
        return crc.getValue();
    }

    /** Puts it in its place, wholly or not at all. */
    void unpack(Path folder) throws IOException {
        Path target = folder.resolve(path);
        Files.createDirectories(target.getParent(), Trust.permissions(folder, "rwxr-xr-x"));
        Path part = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".part");
        try {
            var crc = new CRC32();
            try (var in = from.openStream();
                    var out = FileChannel.open(
                            part,
                            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                            Trust.permissions(folder, "rw-r--r--"))) {
                byte[] chunk = new byte[CHUNK];
                for (int n; (n = in.read(chunk)) >= 0; ) {
                    crc.update(chunk, 0, n);
                    var data = ByteBuffer.wrap(chunk, 0, n);
                    while (data.hasRemaining()) out.write(data);
                }
                Files.setLastModifiedTime(part, FileTime.fromMillis(modified));
                out.force(true);
            }
            if (Files.size(part) != size || crc.getValue() != entry().getCrc())
                throw new IOException(from + " is damaged; fetch the jar again");
            if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) Trust.delete(target);
            AtomicFile.publish(part, target);
        } finally {
            Files.deleteIfExists(part);
        }
    }
}
