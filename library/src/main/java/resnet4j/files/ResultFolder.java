package resnet4j.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** A folder of what was made of files, under their names. Files of equal names do not overwrite each other's results. */
public final class ResultFolder {
    private final Path folder;
    private final Set<String> taken = new HashSet<>();

    /** @throws IOException if it cannot be made */
    public ResultFolder(Path folder) throws IOException {
        this.folder = Files.createDirectories(folder);
    }

    /**
     * Where the results of a file go: its name without its ending, and each of {@code endings} after it. The name gets a
     * number, {@code photo-2}, where a result of another file has one of these names.
     */
    public List<Path> places(Path file, String... endings) {
        var base = file.getFileName().toString().replaceFirst("\\.[^.]*$", "");
        var name = base;
        for (int n = 2; !take(name, endings); n++) name = base + "-" + n;
        var unique = name;
        return Arrays.stream(endings)
                .map(ending -> folder.resolve(unique + ending))
                .toList();
    }

    private boolean take(String name, String... endings) {
        // some file systems take A and a for the same
        var names = Arrays.stream(endings)
                .map(ending -> (name + ending).toLowerCase(Locale.ROOT))
                .toList();
        if (names.stream().anyMatch(taken::contains)) return false;
        return taken.addAll(names);
    }
}
