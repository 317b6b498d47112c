package resnet4j.files;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.ClassProperties;
import org.bytedeco.javacpp.Loader;

/**
 * The native libraries of the jars, unpacked into the cache where JavaCPP looks for them, before it does: JavaCPP writes
 * them in place, so that a process that is stopped leaves half a library, whose next use ends the next process with
 * SIGBUS. Here each is written beside its place, checked, put on the disk and renamed, one process at a time; what is
 * there already is used if it has the jar's size and time and nobody else could have written it.
 */
public final class Natives {
    private static final String CACHE = "org.bytedeco.javacpp.cachedir";
    private static final System.Logger LOG = System.getLogger("resnet4j.files");

    private static final Set<Class<?>> READY = new HashSet<>();
    private static final Set<String> REPAIRED = Collections.synchronizedSet(new TreeSet<>());

    private Natives() {}

    /** What this machine is to JavaCPP, such as {@code linux-x86_64}. */
    public static String platform() {
        return Loader.getPlatform();
    }

    /** The folder that the libraries are unpacked into. */
    public static Path folder() {
        String given = System.getProperty(CACHE);
        return given != null ? Path.of(given) : Cache.folder(System.getenv()).resolve("native");
    }

    /**
     * Sees to the libraries of {@code loaded}, a class of JavaCPP's that is not initialised yet, and of those it builds
     * on.
     *
     * @throws UncheckedIOException in one sentence, if they cannot be written, or the folder cannot be trusted
     */
    public static synchronized void unpack(Class<?> loaded) {
        if (READY.contains(loaded)) return;
        try {
            ready(loaded);
            READY.add(loaded);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The libraries that this process found damaged, or not the user's own, and has unpacked again. */
    public static Set<String> repaired() {
        return new TreeSet<>(REPAIRED);
    }

    /**
     * Compares every byte of the libraries of {@code loaded} with the jars', and unpacks those that differ.
     *
     * @throws IOException in one sentence, if they cannot be written, or the folder cannot be trusted
     */
    public static synchronized void verify(Class<?> loaded) throws IOException {
        verify(ready(loaded), loaded);
    }

    static void verify(Path folder, Class<?> loaded) throws IOException {
        List<Library> needed = needed(loaded);
        Check check = () -> {
            var differ = new ArrayList<Library>();
            for (Library library : needed) if (library.differs(folder)) differ.add(library);
            return differ;
        };
        if (!check.wrong().isEmpty()) unpack(folder, check);
    }

    /** Finds the libraries that have to be unpacked. */
    private interface Check {
        List<Library> wrong() throws IOException;
    }

    private static Path ready(Class<?> loaded) throws IOException {
        Path folder = folder();
        Trust.make(folder);
        System.setProperty(CACHE, folder.toString());
        Path chosen = Loader.getCacheDir().toPath(); // another one, if JavaCPP was in use before or cannot write here
        if (!chosen.toRealPath().equals(folder.toRealPath())) Trust.make(folder = chosen);
        unpack(folder, loaded);
        return folder;
    }

    static void unpack(Path folder, Class<?> loaded) throws IOException {
        Optional<String> jars = jars();
        Path list = folder.resolve(loaded.getSimpleName() + "-" + jars.orElse("") + ".list");
        if (jars.isPresent() && Trust.one(list)) {
            List<Library> known = Library.read(list);
            if (!known.isEmpty() && wrong(folder, known).isEmpty()) return;
        }
        List<Library> needed = needed(loaded);
        if (!wrong(folder, needed).isEmpty()) unpack(folder, () -> wrong(folder, needed));
        if (needed.isEmpty() || jars.isEmpty()) return; // no jar for this machine, of which JavaCPP speaks
        try {
            AtomicFile.write(list, out -> out.write(Library.write(needed)));
        } catch (IOException e) {
            // a cache for reading only: the list is made anew at every start
        }
    }

    /** A short name for the jars of natives on the class path, which decide about the libraries; empty if none says so. */
    private static Optional<String> jars() {
        var jars = new TreeSet<File>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator))
            if (new File(entry).getName().contains(Loader.getPlatform())) jars.add(new File(entry));
        if (jars.isEmpty()) return Optional.empty();
        var digest = new Digest();
        for (File jar : jars) digest.add(jar.getName()).add(jar.length()).add(jar.lastModified());
        return Optional.of(digest.hex().substring(0, 12));
    }

    /** The libraries that JavaCPP would unpack for {@code loaded}, by what its presets say. */
    private static List<Library> needed(Class<?> loaded) throws IOException {
        var libraries = new LinkedHashMap<String, Library>();
        add(loaded, libraries, new HashSet<>());
        return List.copyOf(libraries.values());
    }

    private static void add(Class<?> presets, Map<String, Library> libraries, Set<Class<?>> seen) throws IOException {
        if (!seen.add(presets)) return;
        ClassProperties properties = Loader.loadProperties(presets, Loader.loadProperties(), true);
        var names = new ArrayList<>(properties.get("platform.preload"));
        names.addAll(properties.get("platform.link"));
        names.addAll(properties.get("platform.library"));
        for (String name : names)
            for (URL url : Loader.findLibrary(presets, properties, name, false))
                if (url.openConnection() instanceof JarURLConnection jar) {
                    var library = Library.of(jar, url);
                    libraries.put(library.path(), library);
                }
        if (properties.getInheritedClasses() != null)
            for (Class<?> inherited : properties.getInheritedClasses()) add(inherited, libraries, seen);
    }

    /** The libraries that are absent or damaged, or lie where others could have written. */
    private static List<Library> wrong(Path folder, Collection<Library> libraries) throws IOException {
        var tainted = new HashSet<String>();
        for (String jar : libraries.stream().map(Library::jar).collect(Collectors.toSet()))
            if (!Trust.everything(folder.resolve(jar))) tainted.add(jar);
        return libraries.stream()
                .filter(library -> tainted.contains(library.jar()) || !library.fits(folder))
                .toList();
    }

    private static void unpack(Path folder, Check check) throws IOException {
        try (var channel = FileChannel.open(
                        folder.resolve(".unpacking"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                var lock = lock(channel)) {
            List<Library> wrong = check.wrong(); // by now
            if (wrong.isEmpty()) return;
            long bytes = wrong.stream().mapToLong(Library::size).sum();
            LOG.log(Level.INFO, "Unpacking native libraries to {0} ({1} MiB).", folder, (bytes >> 20) + 1);
            for (Library library : wrong) {
                if (Files.exists(folder.resolve(library.path()), LinkOption.NOFOLLOW_LINKS)
                        && REPAIRED.add(library.path()))
                    LOG.log(
                            Level.WARNING,
                            "{0} was damaged, or could have been written by others; it is unpacked again.",
                            folder.resolve(library.path()));
                Path jar = folder.resolve(library.jar());
                if (!Trust.everything(jar)) Trust.delete(jar);
            }
            if (lock != null) clean(folder, wrong);
            for (Library library : wrong) unpack(folder, library, bytes);
        }
    }

    private static void unpack(Path folder, Library library, long bytes) throws IOException {
        try {
            library.unpack(folder);
        } catch (IOException e) {
            long free = Files.getFileStore(folder).getUsableSpace();
            if (free >= library.size()) throw e;
            throw new IOException(
                    folder + ": the disk is full: the native libraries need " + (bytes >> 20) + " MiB, and "
                            + (free >> 20) + " MiB are free; free some, or set RESNET4J_CACHE to another disk",
                    e);
        }
    }

    /** Null where the file system knows no locks; a library still appears wholly or not at all. */
    private static FileLock lock(FileChannel channel) throws IOException {
        while (true) {
            try {
                return channel.lock();
            } catch (OverlappingFileLockException e) { // the same class in another class loader
                try {
                    Thread.sleep(50);
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                    throw new IOException("interrupted while the native libraries are unpacked", interrupted);
                }
            } catch (IOException e) {
                return null;
            }
        }
    }

    /** Removes what processes left that were stopped; nobody else unpacks now. */
    private static void clean(Path folder, List<Library> libraries) throws IOException {
        for (Path place : libraries.stream()
                .map(library -> folder.resolve(library.path()).getParent())
                .collect(Collectors.toSet())) {
            if (!Files.isDirectory(place)) continue;
            try (var parts = Files.newDirectoryStream(place, ".*.part")) {
                for (Path part : parts) Files.deleteIfExists(part);
            }
        }
    }
}
