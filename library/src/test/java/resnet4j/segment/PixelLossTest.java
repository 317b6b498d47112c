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
        assertSaid("{\"loss\": [{\"type\": \"jaccard\"}]}", "lovasz");
    }

    private static void assertSaid(String json, String part) {
        var e = assertThrows(IllegalArgumentException.class, () -> Records.read(Records.parse(json), Segment.class));
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }
}
