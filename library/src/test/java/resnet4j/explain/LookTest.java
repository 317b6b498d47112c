package resnet4j.explain;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import resnet4j.data.DataSource;
import resnet4j.image.Image;
import resnet4j.image.ImageFile;
import resnet4j.image.Preprocess;
import resnet4j.model.ModelFile;
import resnet4j.model.Models;
import resnet4j.run.Stages;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

class LookTest {
    @TempDir
    Path folder;

    /**
     * numpy: X, Y = sin(3 i + 7 c), cos(2 i + 5 c) for i < 8 and c < 5 or 3, centred; then |Y'X|^2 / (|X'X| |Y'Y|), norms of
     * Frobenius, is 0.0633524.
     */
    @Test
    void alignment_isThatOfKornblith() {
        var x = new float[8 * 5];
        var y = new float[8 * 3];
        for (int i = 0; i < 8; i++) {
            for (int c = 0; c < 5; c++) x[5 * i + c] = (float) Math.sin(3 * i + 7 * c);
            for (int c = 0; c < 3; c++) y[3 * i + c] = (float) Math.cos(2 * i + 5 * c);
        }
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            var k = Similarity.kernel(Tensor.of(x, 8, 5));
            var l = Similarity.kernel(Tensor.of(y, 8, 3));
            assertEquals(0.0633524, Similarity.alignment(k, l), 1e-5);
            assertEquals(1, Similarity.alignment(k, k), 1e-12);
        }
    }

    /** sklearn.decomposition.PCA(2) of sin(3 i + 0.7 c^2) (3, 2, 1, 1.5) for i < 8 and c < 4, each axis' largest above 0. */
    @Test
    void axes_areThoseOfScikitLearn() {
        double[] scale = {3, 2, 1, 1.5};
        var rows = new float[8 * 4];
        for (int i = 0; i < 8; i++)
            for (int c = 0; c < 4; c++) rows[4 * i + c] = (float) (Math.sin(3 * i + .7 * c * c) * scale[c]);
        var axes = Plane.Axes.of(rows, 8);
        assertArrayEquals(
                new double[] {0.34999, -0.43619, 1.29853, -1.35001, 2.15935, -2.14059, 2.86386, -2.74493},
                axes.x(),
                1e-4);
        assertArrayEquals(
                new double[] {-1.18136, 1.2145, -0.66076, 0.65636, -0.07626, 0.0572, 0.52558, -0.53526},
                axes.y(),
                1e-4);
        assertEquals(1, axes.varies(), 1e-5);
    }

    @Test
    void everyWay_writesWhatIsSeen() throws IOException {
        var picture = folder.resolve("picture.png");
        ImageFile.writePng(picture, new Image(32, 32, new byte[3 * 32 * 32]));
        var pictures = DataSource.parse("shapes:24").train();
        try (var opened = ModelFile.open("resnet20", Optional.empty(), OptionalInt.of(8))) {
            var explainer = new Explainer(opened);
            assertEquals(
                    16, look(explainer, new Look.Filters(file("filters.png"))).shown());
            var maps = look(explainer, new Look.Maps(picture, Optional.of("layer2"), file("maps.png")));
            assertEquals(32, maps.shown());
            var likes = new Maximisation(Optional.of("layer1"), List.of(3, 5), 8, 0, file("likes.png"));
            assertEquals(2, look(explainer, likes).shown());
            var similarity = look(
                            explainer,
                            new Similarity(pictures, List.of("layer1", "layer3"), Optional.empty(), file("cka.png")))
                    .similarity()
                    .orElseThrow()
                    .values();
            assertEquals(1, similarity[0][0], 1e-9);
            assertEquals(similarity[0][1], similarity[1][0], 1e-9);
            assertTrue(similarity[0][1] > 0 && similarity[0][1] < 1);
            var blocks = look(explainer, new Similarity(pictures, List.of(), Optional.of(explainer), file("all.png")));
            assertTrue(blocks.similarity().orElseThrow().rows().contains("layer2.1"), blocks::toString);
            assertEquals(
                    24,
                    look(explainer, new Plane(pictures, 0, file("plane.svg"))).shown());
            look(explainer, new Plane(pictures, 0, file("plane.csv")));
            assertEquals(25, Files.readAllLines(file("plane.csv")).size());
            var wrong = assertThrows(
                    IllegalArgumentException.class,
                    () -> look(explainer, new Look.Maps(picture, Optional.of("layer9"), file("none.png"))));
            assertTrue(wrong.getMessage().contains("none named 'layer9'"), wrong.getMessage());
        }
    }

    /** Their maps cannot be compared row by row, and what they are padded with in a batch is not theirs. */
    @Test
    void alignment_isOfPicturesOfOneSize() throws IOException {
        for (int i = 0; i < 4; i++) {
            var own = Files.createDirectories(folder.resolve("pictures/" + i % 2));
            ImageFile.writePng(own.resolve(i + ".png"), new Image(32, 32 + i / 3, new byte[96 * (32 + i / 3)]));
        }
        var pictures = DataSource.parse("folder:" + folder.resolve("pictures")).train();
        var architecture = Models.get("resnet20").architecture().withClasses(2);
        var file =
                new ModelFile("resnet20", architecture, Preprocess.none(), List.of("0", "1"), Map.of(), "{}", Map.of());
        try (var opened = new ModelFile.Opened(file, architecture.build())) {
            var explainer = new Explainer(opened);
            var similarity = new Similarity(pictures, List.of("layer1"), Optional.empty(), file("uneven.png"));
            var refused = assertThrows(IllegalArgumentException.class, () -> look(explainer, similarity));
            assertTrue(refused.getMessage().contains("32x32"), refused.getMessage());
            assertTrue(refused.getMessage().contains("32x33"), refused.getMessage());
        }
    }

    private Path file(String name) {
        return folder.resolve(name);
    }

    private static Look.Looked look(Explainer explainer, Look look) throws IOException {
        var looked = look.at(explainer, "resnet20", Stages.NONE);
        assertTrue(Files.size(looked.out()) > 0);
        return looked;
    }
}
