package resnet4j.detect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.Shared;
import resnet4j.config.Records;

class CocoScoreTest {
    private static final String TRUTH = """
            {"images": [{"id": 1, "height": 100, "width": 100}], "categories": [{"id": 1, "name": "cell"}],
             "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [10, 10, 40, 40], "area": 1600, "iscrowd": 0},
                             {"id": 2, "image_id": 1, "category_id": 1, "bbox": [60, 60, 20, 20], "area": 400, "iscrowd": 0}]}
            """;

    @TempDir
    Path folder;

    /** Every number of pycocotools 2.0.11 on 24 cases: crowds, ties, ignored areas, absent classes, masks, keypoints. */
    @Test
    void numbers_areThoseOfPycocotools() throws IOException {
        int compared = 0;
        List<Path> cases;
        try (Stream<Path> folders = Files.list(Shared.data("detection/coco-eval-golden"))) {
            cases = folders.filter(Files::isDirectory).sorted().toList();
        }
        for (var place : cases) {
            var expected = Records.parse(place.resolve("expected.json"));
            for (var kind : List.of("bbox", "segm", "keypoints")) {
                var result = expected.at("/results/" + kind);
                if (result.isMissingNode()) continue;
                boolean masks = kind.equals("segm");
                var truth = Coco.read(place.resolve("gt.json"), masks);
                var file = place.resolve("dt_" + kind + ".json");
                var found = CocoResults.read(Files.exists(file) ? file : place.resolve("dt.json"), truth, masks);
                var score = CocoScore.of(
                        truth,
                        found,
                        Overlap.valueOf(kind.toUpperCase(Locale.ROOT)),
                        expected.get("useCats").asInt() == 1);
                var names = result.get("stats").fieldNames();
                for (var number : score.numbers().entrySet()) {
                    assertEquals(names.next(), number.getKey(), place + " " + kind);
                    assertEquals(
                            result.get("stats").get(number.getKey()).asDouble(),
                            number.getValue(),
                            1e-9,
                            place + " " + kind + " " + number.getKey());
                    compared++;
                }
                for (var category : score.categories()) {
                    var of = result.at("/per_category/" + category.id());
                    if (of.isMissingNode()) continue; // categories are not told apart
                    assertEquals(of.get("AP").asDouble(), category.ap(), 1e-9, place + " " + category);
                    assertEquals(of.get("AP50").asDouble(), category.ap50(), 1e-9, place + " " + category);
                    assertEquals(of.get("AR").asDouble(), category.ar(), 1e-9, place + " " + category);
                }
            }
        }
        assertTrue(compared > 280, compared + " numbers");
    }

    /** By hand: one of two things is found exactly, so recall ends at .5 and 51 of 101 recalls have precision 1. */
    @Test
    void oneOfTwoThings_isFiftyOneOf101Recalls() throws IOException {
        var truth = truth(TRUTH);
        var found = CocoResults.read(
                write("[{\"image_id\": 1, \"category_id\": 1, \"bbox\": [10, 10, 40, 40], \"score\": 0.5}]"),
                truth,
                false);
        var score = CocoScore.of(truth, found, Overlap.BBOX, true).numbers();
        assertEquals(51 / 101.0, score.get("AP"), 1e-12);
        assertEquals(.5, score.get("AR_100"), 1e-12);
        assertEquals(1, score.get("AP_medium"), 1e-12);
        assertEquals(0, score.get("AP_small"), 1e-12);
        assertEquals(-1, score.get("AP_large"), 1e-12);
    }

    /** Of two pictures the first has its thing found, the second not: drawn twice, the one has an AP of 1, the other of 0. */
    @Test
    void intervals_areThoseOfDrawnPictures() throws IOException {
        var truth = truth("""
                {"images": [{"id": 1, "width": 100, "height": 100}, {"id": 2, "width": 100, "height": 100}],
                 "categories": [{"id": 1, "name": "a"}],
                 "annotations": [
                  {"id": 1, "image_id": 1, "category_id": 1, "bbox": [10, 10, 40, 40], "area": 1600, "iscrowd": 0},
                  {"id": 2, "image_id": 2, "category_id": 1, "bbox": [10, 10, 40, 40], "area": 1600, "iscrowd": 0}]}""");
        var found = CocoResults.read(
                write("[{\"image_id\": 1, \"category_id\": 1, \"bbox\": [10, 10, 40, 40], \"score\": 0.5},"
                        + "{\"image_id\": 2, \"category_id\": 1, \"bbox\": [60, 60, 10, 10], \"score\": 0.4}]"),
                truth,
                false);
        var score = CocoScore.of(truth, found, Overlap.BBOX, true);
        assertEquals(51 / 101.0, score.numbers().get("AP50"), 1e-12);
        for (var name : List.of("AP", "AP50", "AP75")) {
            assertEquals(0, score.intervals().get(name).low(), 1e-12, name);
            assertEquals(1, score.intervals().get(name).high(), 1e-12, name);
        }
        var one = CocoScore.of(truth(TRUTH), List.of(), Overlap.BBOX, true);
        assertTrue(one.intervals().isEmpty(), "of one picture");
        var nothing = truth("""
                {"images": [{"id": 1, "width": 9, "height": 9}, {"id": 2, "width": 9, "height": 9}],
                 "categories": [{"id": 1, "name": "a"}], "annotations": []}""");
        assertTrue(
                CocoScore.of(nothing, List.of(), Overlap.BBOX, true).intervals().isEmpty(), "without a thing");
    }

    @Test
    void whatHasNoPictureOrCategory_isPassedOverAndSaid() throws IOException {
        var truth = truth(TRUTH.replace("\"id\": 2, \"image_id\": 1", "\"id\": 2, \"image_id\": 9"));
        assertEquals(List.of("annotation 2: there is no image 9 in the file"), truth.skipped());
        var found = CocoResults.read(
                write("[{\"image_id\": 1, \"category_id\": 7, \"bbox\": [1, 1, 4, 4], \"score\": 0.5}]"), truth, false);
        assertEquals(
                List.of(
                        "annotation 2: there is no image 9 in the file",
                        "1 detections: there is no category 7 in the truth"),
                CocoResults.skipped(found, truth));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"bbox\": [10, 10, 40, 40] | \"bbox\": [10, 10, 40] | annotation 1: bbox: expected x, y, width and height",
                "\"bbox\": [10, 10, 40, 40] | \"bbox\": [10, \"a\", 40, 1] | annotation 1: bbox: expected a number",
                "\"id\": 2, | \"id\": 1, | annotation 1: expected each id once",
                "\"area\": 400 | \"area\": null | annotation 2: area: expected a number",
                "annotations | things | expected a list 'annotations'",
                "\"annotations\": | \"annotations\" | expected JSON",
                "{\"id\": 1, \"name\" | {\"id\": \"one\", \"name\" | id: expected a whole number"
            })
    void faults_areNamedWithFileAndAnnotation(String part, String fault, String sentence) {
        var e = assertThrows(IOException.class, () -> truth(TRUTH.replace(part, fault)));
        assertTrue(e.getMessage().contains("file.json: "), e.getMessage());
        assertTrue(e.getMessage().contains(sentence), e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[1]",
                "[{\"image_id\": 1, \"category_id\": 1, \"score\": 0.5}]",
                "[{\"image_id\": 2, \"category_id\": 1, \"bbox\": [1, 1, 4, 4], \"score\": 0.5}]",
                "[{\"image_id\": 1, \"category_id\": 1, \"bbox\": [1, 1, 4, 4], \"score\": \"high\"}]",
                "[{\"image_id\": 1, \"category_id\": 1, \"bbox\": [1, 1, 4, 4]}]",
                "[{\"image_id\": 1, \"category_id\": 1, \"segmentation\": {\"size\": [4, 4], \"counts\": [16]}, \"score\": 1}]"
            })
    void resultsThatAreNone_areRefusedWithTheFile(String json) throws IOException {
        var truth = truth(TRUTH);
        var file = write(json);
        var e = assertThrows(IOException.class, () -> CocoResults.read(file, truth, true));
        assertTrue(e.getMessage().startsWith(file + ": "), e.getMessage());
    }

    private Coco truth(String json) throws IOException {
        return Coco.read(write(json), false);
    }

    private Path write(String json) throws IOException {
        return Files.writeString(folder.resolve("file.json"), json);
    }
}
