package resnet4j.files;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CacheTest {
    @Test
    void weights_areWhereTheEnvironmentSays() {
        assertEquals(
                Path.of("/own/weights"), Cache.weights(Map.of("RESNET4J_CACHE", "/own", "XDG_CACHE_HOME", "/cache")));
        assertEquals(Path.of("/my/weights"), Cache.weights(Map.of("RESNET4J_WEIGHTS", "/my/weights")));
        assertEquals(Path.of("/cache/resnet4j/weights"), Cache.weights(Map.of("XDG_CACHE_HOME", "/cache")));
        assertEquals(Path.of(System.getProperty("user.home"), ".cache/resnet4j/weights"), Cache.weights(Map.of()));
    }
}
