package resnet4j.segment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import resnet4j.array.Npy;
import resnet4j.config.Records;
import resnet4j.image.LabelMap;
import resnet4j.model.ClassificationNet.Output;
import resnet4j.tensor.NativeException;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

class PixelLossTest {
    private static final int PLACES = 2 * 5 * 6, CLASSES = 4;
    private static final float[] WEIGHTS = {0.5f, 1, 2, 4};

    private static Tensor labels() {
        var labels = new long[PLACES];
        float[] drawn = Tensor.rand(2, 5, 6).toFloats();
        for (int i = 0; i < PLACES; i++) {
            int label = (int) (drawn[i] * 4);
            labels[i] = label == 3 ? LabelMap.IGNORED : label;
        }
        return Tensor.of(labels, 2, 5, 6);
    }

    /** scripts/parity/pixel_losses_golden.py: class 3 does not occur, and a quarter of the pixels do not count. */
    @Test
    void valuesAndGradients_areThoseOfSegmentationModelsPyTorch() throws Exception {
        var rows = Npy.read(Path.of(
                        PixelLossTest.class.getResource("pixel_losses.npy").toURI()))
                .floats();
        var losses = List.of(
                new PixelLoss.Dice(),
                new PixelLoss.Lovasz(),
                new PixelLoss.Focal(),
                new PixelLoss.Focal(1, 1.5),
                new PixelLoss.Dice(),
                new PixelLoss.Focal());
        int width = 1 + CLASSES * PLACES;
        assertEquals(losses.size() * width, rows.length);
        for (int row = 0; row < losses.size(); row++) {
            Ops.seed(0);
            try (var scope = new NativeScope()) {
                var logits = Ops.affine(Tensor.randn(2, CLASSES, 5, 6), 2, 0)
                        .detach()
                        .requireGrad(true);
                var weights = row < 4 ? null : Tensor.of(WEIGHTS, CLASSES);
                var loss = losses.get(row).of(logits, labels(), weights, 0);
                loss.backward();
                assertEquals(
                        rows[row * width], loss.item(), 1e-6, losses.get(row).toString());
                var expected = Arrays.copyOfRange(rows, row * width + 1, (row + 1) * width);
                assertArrayEquals(
                        expected,
                        logits.grad().toFloats(),
                        1e-6f,
                        losses.get(row).toString());
            }
        }
    }

    /** Pixels in a row: a thing, two of background, another thing; then one that does not count. Sums by hand. */
    @Test
    void borders_weighGapsBetweenThings() {
        long[] row = {0, 1, 0, 0, 1, 255};
        var gaps = new Gaps(1, 6, 10, 5).of(row);
        double between = 10 * Math.exp(-3 * 3 / 50.0), before = 10 * Math.exp(-5 * 5 / 50.0); // 1 + 2; 1 + 4
        double[] expected = {before, 0, between, between, 0, 0};
        for (int i = 0; i < 6; i++) assertEquals(expected[i], gaps[i], 1e-6, "pixel " + i);
        try (var scope = new NativeScope()) {
            var labels = Tensor.of(row, 1, 1, 6);
            var logits = Tensor.of(new float[] {0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 1, 2, 1, 6);
            double even = Math.log(2), right = Math.log(1 + Math.exp(-1)); // pixel 2's logits are 1 and 0
            double sum = (1 + before) * even + 2 * even + (1 + between) * right + (1 + between) * even;
            var borders = new PixelLoss.Borders();
            assertEquals(
                    sum / (5 + before + 2 * between),
                    borders.of(logits, labels, null, 0).item(),
                    1e-5);
            double weighted = (3 + before) * even + even + (3 + between) * right + (3 + between) * even;
            assertEquals(
                    weighted / (3 * 3 + 2 * 0.5 + before + 2 * between),
                    borders.of(logits, labels, Tensor.of(new float[] {3, 0.5f}, 2), 0)
                            .item(),
                    1e-5);
        }
    }

    /** Over corners a thing hangs together; of one thing alone there is no gap; pictures do not see each other's. */
    @Test
    void borders_needTwoThings() {
        long[] diagonal = {1, 0, 0, 1}, apart = {1, 0, 0, 0, 0, 2};
        assertArrayEquals(new float[4], new Gaps(2, 2, 10, 5).of(diagonal));
        assertTrue(new Gaps(1, 6, 10, 5).of(apart)[1] > 0, "one picture");
        assertArrayEquals(new float[6], new Gaps(1, 3, 10, 5).of(apart));
    }

    /** Equation 2 pixel by pixel, from the distances to all pixels of each thing: five that are a class each. */
    @Test
    void borders_areEquation2() {
        int height = 40, width = 60;
        double sigma = 3;
        int[][] things = {{2, 3, 9, 12}, {13, 4, 20, 9}, {13, 11, 30, 14}, {40, 20, 41, 38}, {45, 0, 60, 40}};
        var labels = new long[height * width];
        for (int i = 0; i < things.length; i++)
            for (int y = things[i][1]; y < things[i][3]; y++)
                for (int x = things[i][0]; x < things[i][2]; x++) labels[y * width + x] = i + 1;
        var gaps = new Gaps(height, width, 10, sigma).of(labels);
        for (int at = 0; at < labels.length; at++) {
            var distances = new double[things.length];
            for (int i = 0; i < things.length; i++) {
                int x = at % width, y = at / width;
                double dx = Math.max(0, Math.max(things[i][0] - x, x - things[i][2] + 1));
                double dy = Math.max(0, Math.max(things[i][1] - y, y - things[i][3] + 1));
                distances[i] = Math.hypot(dx, dy);
            }
            Arrays.sort(distances);
            double sum = distances[0] + distances[1];
            boolean counts = labels[at] == 0 && distances[1] <= 4 * sigma;
            double expected = counts ? 10 * Math.exp(-sum * sum / (2 * sigma * sigma)) : 0;
            assertEquals(expected, gaps[at], 1e-6, "pixel " + at);
        }
    }

    @Test
    void losses_areAddedByTheirShares() {
        var sum = Records.read(Records.parse("""
                {"loss": [{"type": "crossEntropy"}, {"type": "dice", "share": 0.5}]}"""), Segment.class);
        Ops.seed(0);
        try (var scope = new NativeScope()) {
            var logits = Tensor.randn(2, CLASSES, 5, 6);
            var labels = labels();
            double entropy =
                    new PixelLoss.CrossEntropy().of(logits, labels, null, 0).item();
            double dice = new PixelLoss.Dice().of(logits, labels, null, 0).item();
            var outputs = List.of(new Output(logits, 1), new Output(logits, 0.5));
            assertEquals(
                    1.5 * (entropy + 0.5 * dice),
                    sum.loss(outputs, labels, null, 0).item(),
                    1e-5);
        }
    }

    @Test
    void whatIsNoLoss_isSaid() {
        assertSaid("{\"loss\": []}", "loss: expected at least one with a share above 0, got []");
        assertSaid("{\"loss\": [{\"type\": \"dice\", \"share\": -1}]}", "share: expected at least 0, got -1");
        assertSaid("{\"loss\": [{\"type\": \"borders\", \"sigma\": 0}]}", "sigma: expected");
        assertSaid("{\"loss\": [{\"type\": \"jaccard\"}]}", "lovasz");
    }

    private static void assertSaid(String json, String part) {
        var e = assertThrows(IllegalArgumentException.class, () -> Records.read(Records.parse(json), Segment.class));
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }

    @Test
    void labelsWithoutAClass_areRefused() {
        try (var scope = new NativeScope()) {
            var logits = Tensor.randn(1, CLASSES, 1, 2);
            var strange = Tensor.of(new long[] {0, CLASSES}, 1, 1, 2);
            for (var loss : List.of(new PixelLoss.Dice(), new PixelLoss.Lovasz(), new PixelLoss.Focal())) {
                var said = assertThrows(NativeException.class, () -> loss.of(logits, strange, null, 0));
                assertTrue(
                        said.getMessage().contains("labels: expected numbers from 0 to 3, or 255, got others"),
                        said::toString);
            }
        }
    }

    @Test
    void whereNothingCounts_nothingIsLost() {
        try (var scope = new NativeScope()) {
            var logits = Tensor.randn(1, CLASSES, 1, 2);
            var ignored = Tensor.of(new long[] {LabelMap.IGNORED, LabelMap.IGNORED}, 1, 1, 2);
            for (var loss : List.of(new PixelLoss.Dice(), new PixelLoss.Lovasz(), new PixelLoss.Focal()))
                assertEquals(0, loss.of(logits, ignored, null, 0).item(), loss.toString());
        }
    }
}
