package resnet4j;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** Real data and published weights, which are not part of the repository; a test that asks for what is absent is aborted. */
public final class Shared {
    private Shared() {}

    /**
     * The file or folder {@code name} under {@code RESNET4J_SHARED}, which is the folder of the data or the one above it, or
     * under the nearest {@code shared/data} upwards.
     */
    public static Path data(String name) {
        var root = root();
        Assumptions.assumeTrue(
                root != null,
                "no shared data: set RESNET4J_SHARED to its folder, or put it in shared/data beside the repository");
        var path = root.resolve(name);
        Assumptions.assumeTrue(Files.exists(path), "no " + name + " in the shared data at " + root);
        return path;
    }

    private static Path root() {
        var given = System.getProperty("RESNET4J_SHARED", System.getenv("RESNET4J_SHARED"));
        if (given != null) {
            var data = Path.of(given, "data");
            return Files.isDirectory(data) ? data : Path.of(given);
        }
        for (var folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            var data = folder.resolve("shared/data");
            if (Files.isDirectory(data)) return data;
        }
        return null;
    }
}
