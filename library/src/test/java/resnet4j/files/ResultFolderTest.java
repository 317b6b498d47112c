package resnet4j.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultFolderTest {
    @TempDir
    Path home;

    @Test
    void equalNames_getNumbers() throws IOException {
        var folder = home.resolve("a/b");
        var results = new ResultFolder(folder);
        assertTrue(Files.isDirectory(folder));
        assertEquals(List.of(folder.resolve("x.png")), results.places(Path.of("1/x.jpg"), ".png"));
        assertEquals(List.of(folder.resolve("x-2.png")), results.places(Path.of("2/x.png"), ".png"));
        assertEquals(List.of(folder.resolve("X-3.png")), results.places(Path.of("3/X.png"), ".png"));
        assertEquals(List.of(folder.resolve("x-2-2.png")), results.places(Path.of("4/x-2.jpg"), ".png"));
        assertEquals(List.of(folder.resolve("noEnding.png")), results.places(Path.of("noEnding"), ".png"));
    }

    @Test
    void results_ofSeveralFilesEachDoNotMeet() throws IOException {
        var results = new ResultFolder(home);
        results.places(Path.of("x.jpg"), ".png", "-overlay.png");
        assertEquals(
                List.of(home.resolve("x-overlay-2.png"), home.resolve("x-overlay-2-overlay.png")),
                results.places(Path.of("x-overlay.jpg"), ".png", "-overlay.png"));
    }
}
