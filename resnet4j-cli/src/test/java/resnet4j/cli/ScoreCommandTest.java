package resnet4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import resnet4j.config.Records;

class ScoreCommandTest {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter(), err = new StringWriter();

    private int run(String... args) {
        return Main.run(new PrintWriter(out), new PrintWriter(err), args);
    }

    /** By hand: one of two things is found exactly, so that 51 of 101 recalls have precision 1. */
    @Test
    void score_printsNumbersInCocosOrder() throws IOException {
        Path truth = Files.writeString(folder.resolve("truth.json"), """
                {"images": [{"id": 1, "height": 100, "width": 100}], "categories": [{"id": 1, "name": "cell"}],
                 "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [10, 10, 40, 40], "area": 1600},
                                 {"id": 2, "image_id": 1, "category_id": 1, "bbox": [60, 60, 20, 20], "area": 400}]}
                """);
        Path found = Files.writeString(
                folder.resolve("found.json"),
                "[{\"image_id\": 1, \"category_id\": 1, \"bbox\": [10, 10, 40, 40], \"score\": 0.5}]");
        assertEquals(
                0,
                run("score", "--truth", truth.toString(), "--detections", found.toString(), "--json"),
                err::toString);
        var json = Records.parse(out.toString());
        assertEquals(12, json.get("stats").size());
        assertEquals("AP", json.at("/names/0").asText());
        assertEquals(51 / 101.0, json.at("/stats/0").asDouble(), 1e-12);
        assertEquals(-1, json.at("/stats/5").asDouble(), "nothing large");
        assertEquals("cell", json.at("/categories/0/name").asText());
    }

    @Test
    void score_isOneSentenceForWhatIsNotCocos() throws IOException {
        Path file = Files.writeString(folder.resolve("list.json"), "[]");
        assertEquals(1, run("score", "--truth", file.toString(), "--detections", file.toString()));
        assertEquals(1, err.toString().lines().count(), err::toString);
        assertTrue(err.toString().contains(file + ": expected a list 'images'"), err::toString);
        var none = folder.resolve("none.json").toString();
        assertEquals(1, run("score", "--truth", none, "--detections", file.toString()));
        assertTrue(err.toString().contains(none + ": there is no such file"), err::toString);
    }

    @Test
    void score_knowsThreeOverlaps() {
        assertEquals(2, run("score", "--truth", "a", "--detections", "b", "--iou", "box"));
        assertTrue(err.toString().contains("expected one of bbox, segm, keypoints"), err::toString);
    }
}
