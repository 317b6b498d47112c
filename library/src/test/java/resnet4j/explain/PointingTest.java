package resnet4j.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import resnet4j.data.DataSource;
import resnet4j.image.LabelMap;
import resnet4j.model.ModelFile;
import resnet4j.run.Stages;
import resnet4j.tensor.Ops;

class PointingTest {
    @Test
    void insideIsTheShareOfTheHeatThatCounts() {
        // by hand: 3 of 1 + 3 + 2 lie there, what is below 0 counts for nothing
        var heat = new Heat(2, 2, new float[] {1, 3, -5, 2});
        assertEquals(0.5, heat.inside(new boolean[] {false, true, true, false}), 1e-12);
        assertEquals(0, new Heat(1, 2, new float[] {0, -1}).inside(new boolean[] {true, true}));
    }

    /** A network that has learned nothing still names something: of what is there, each method is measured. */
    @Test
    void everyMethodIsMeasured_onThePicturesThatShowTheAnswer() throws IOException {
        var maps = DataSource.parse("shapes:10", LabelMap.class)
                .test()
                .orElseThrow()
                .limit(8);
        Ops.seed(0);
        try (var opened = ModelFile.open("resnet20", Optional.empty(), OptionalInt.of(8))) {
            var names = maps.classes().subList(1, 9);
            var file = opened.file();
            var named = new ModelFile(
                    file.model(), file.architecture(), file.preprocess(), names, file.metrics(), "", file.provenance());
            var pointing = Pointing.of(
                    new ModelFile.Opened(named, opened.net()),
                    "resnet20",
                    "shapes",
                    maps,
                    List.of("gradcam", "saliency"),
                    Optional.empty(),
                    true,
                    Stages.NONE);
            assertEquals(8, pointing.pictures());
            assertTrue(pointing.right() > 0 && pointing.right() < 8, () -> pointing.toString());
            assertEquals(2, pointing.methods().size());
            for (var row : pointing.methods()) {
                assertTrue(row.pointing() >= 0 && row.pointing() <= 1, row::toString);
                assertTrue(row.inside() >= 0 && row.inside() <= 1, row::toString);
                assertTrue(Math.abs(row.check().orElseThrow().random()) <= 1, "a correlation");
            }
            var wrong = assertThrows(
                    IllegalArgumentException.class,
                    () -> Pointing.of(opened, "", "", maps, List.of("gradcam"), Optional.empty(), false, Stages.NONE));
            assertTrue(wrong.getMessage().contains("pixels of the network's classes"), wrong.getMessage());
        }
    }
}
