package resnet4j.files;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Where whatever can be fetched or made again is kept: a folder of the user's, or the one that the environment names. */
public final class Cache {
    private Cache() {}

    /** The folder in an environment: {@code RESNET4J_CACHE}, or {@code resnet4j} in the user's cache. */
    public static Path folder(Map<String, String> environment) {
        return given(environment, "RESNET4J_CACHE").orElseGet(() -> given(environment, "XDG_CACHE_HOME")
                .orElseGet(() -> Path.of(System.getProperty("user.home"), ".cache"))
                .resolve("resnet4j"));
    }

    /** The folder of weight files in an environment: {@code RESNET4J_WEIGHTS}, or {@code weights} in the cache. */
    public static Path weights(Map<String, String> environment) {
        return given(environment, "RESNET4J_WEIGHTS")
                .orElseGet(() -> folder(environment).resolve("weights"));
    }

    private static Optional<Path> given(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name))
                .filter(value -> !value.isBlank())
                .map(Path::of);
    }
}
