package resnet4j.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** The library's {@code resnet4j.Shared} for this module: real data, absent from the repository. */
final class Shared {
    private Shared() {}

    /** The folder of the shared data; {@code RESNET4J_SHARED} or {@code data} in it, or the nearest {@code shared/data} upwards. */
    static Path folder() {
        var given = System.getProperty("RESNET4J_SHARED", System.getenv("RESNET4J_SHARED"));
        if (given != null) {
            var data = Path.of(given, "data");
            return Files.isDirectory(data) ? data : Path.of(given);
        }
        for (var folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent())
            if (Files.isDirectory(folder.resolve("shared/data"))) return folder.resolve("shared/data");
        return Assumptions.abort(
                "no shared data: set RESNET4J_SHARED to its folder, or put it in shared/data beside the repository");
    }
}
