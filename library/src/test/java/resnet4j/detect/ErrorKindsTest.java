package resnet4j.detect;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import resnet4j.detect.ErrorKinds.Kind;

class ErrorKindsTest {
    private static final Map<String, Kind> TIDES = Map.of(
            "Cls", Kind.CLASS,
            "Loc", Kind.LOCALISATION,
            "Both", Kind.BOTH,
            "Dupe", Kind.DUPLICATE,
            "Bkg", Kind.BACKGROUND,
            "Miss", Kind.MISSED);

    @Test
    void kindsAndWhatTheyCost_areTidecvs(@TempDir Path folder) throws IOException {
        var golden = new ObjectMapper().readTree(ErrorKindsTest.class.getResourceAsStream("tide.json"));
        var truth = Coco.read(
                Files.writeString(
                        folder.resolve("truth.json"), golden.get("truth").toString()),
                false);
        var found = CocoResults.read(
                Files.writeString(
                        folder.resolve("found.json"), golden.get("found").toString()),
                truth,
                false);
        var errors = ErrorKinds.of(truth, found, Overlap.BBOX);
        assertEquals(golden.get("ap").asDouble() / 100, errors.ap50(), 1e-9);
        TIDES.forEach((name, kind) -> {
            var of = errors.kinds().get(kind.ordinal());
            assertSame(kind, of.kind());
            assertEquals(golden.get("counts").get(name).asInt(), of.count(), name);
            assertEquals(golden.get("gains").get(name).asDouble() / 100, of.gain(), 1e-9, name);
        });
    }

    private static Coco.Thing thing(long id, long category, boolean crowd, double... box) {
        return new Coco.Thing(id, 1, category, box, box[2] * box[3], crowd, Optional.empty(), new double[0], 0);
    }

    private static CocoResults.Found found(long category, double score, double... box) {
        return new CocoResults.Found(1, category, score, box, box[2] * box[3], Optional.empty(), new double[0]);
    }

    /**
     * One of each: 10x10 boxes in a row. The second's box is of the wrong class; the third's is 5 to the right, so that 50 of
     * 150 overlap; the fourth is found twice, the fifth not at all, and what lies in the crowd is passed over.
     */
    @Test
    void oneOfEachKind_byHand() {
        var truth = new Coco(
                List.of(new Coco.Picture(1, "", 100, 200)),
                List.of(new Coco.Category(1, "a"), new Coco.Category(2, "b")),
                List.of(
                        thing(1, 1, false, 0, 0, 10, 10),
                        thing(2, 1, false, 20, 0, 10, 10),
                        thing(3, 1, false, 40, 0, 10, 10),
                        thing(4, 2, false, 60, 0, 10, 10),
                        thing(5, 2, false, 80, 0, 10, 10),
                        thing(6, 1, true, 0, 50, 50, 50)),
                List.of());
        var errors = ErrorKinds.of(
                truth,
                List.of(
                        found(1, .9, 0, 0, 10, 10),
                        found(2, .8, 20, 0, 10, 10),
                        found(1, .7, 45, 0, 10, 10),
                        found(2, .6, 60, 0, 10, 10),
                        found(2, .5, 60, 0, 10, 10),
                        found(1, .4, 150, 0, 10, 10),
                        found(1, .3, 85, 0, 10, 10),
                        found(1, .95, 10, 60, 10, 10)),
                Overlap.BBOX);
        assertEquals(
                List.of(1, 1, 1, 1, 1, 1),
                errors.kinds().stream().map(ErrorKinds.OfKind::count).toList());
        assertEquals(
                List.of(Kind.CLASS, Kind.LOCALISATION, Kind.DUPLICATE, Kind.BACKGROUND, Kind.BOTH),
                errors.wrong().stream().map(ErrorKinds.Wrong::kind).toList());
        assertEquals(5, errors.missed().get(0).id());
        // a: the first of three is found at once, so precision is 1 up to a recall of a third: 34 of 101 recalls
        // b: a wrong one, then the first of two: precision 1/2 up to a recall of a half, 51 of 101
        assertEquals((34 / 101.0 + 51 / 101.0 / 2) / 2, errors.ap50(), 1e-12);
        // with its class right the second thing of a is found: 1 up to two thirds; and b begins rightly
        assertEquals(
                (67 / 101.0 + 51 / 101.0) / 2 - errors.ap50(),
                errors.kinds().get(0).gain(),
                1e-12);
        var b = new double[101];
        Arrays.fill(b, 0, 51, 0.5);
        assertArrayEquals(b, errors.curves().get(2L), 1e-12);
    }
}
