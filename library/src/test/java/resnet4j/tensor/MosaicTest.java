package resnet4j.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import resnet4j.array.DType;

class MosaicTest {
    /** Three pictures of 1x2 pixels, two in a row: a line of zeros after each, and zeros where the fourth would be. */
    @Test
    void pictures_areLaidWithLinesOfZeros() {
        try (var scope = new NativeScope()) {
            var pictures = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 1, 1, 2);
            var mosaic = new Mosaic(Winograd.FOUR, 3, 1, 2, 2);
            try (var before = Tensor.full(Float.NaN, 24)) { // whose memory comes next
                assertEquals(24, before.elements());
            }
            var laid = mosaic.laid(pictures);
            assertArrayEquals(new long[] {1, 1, 4, 6}, laid.shape());
            assertArrayEquals(
                    new float[] {
                        1, 2, 0, 3, 4, 0, //
                        0, 0, 0, 0, 0, 0,
                        5, 6, 0, 0, 0, 0,
                        0, 0, 0, 0, 0, 0
                    },
                    laid.toFloats());
            assertArrayEquals(pictures.toFloats(), mosaic.taken(laid, DType.F32).toFloats());
        }
    }

    @Test
    void anyNumberInARow_bringsThePicturesBack() {
        try (var scope = new NativeScope()) {
            var pictures = Tensor.randn(5, 3, 4, 6);
            for (int across = 0; across <= 5; across++) {
                var mosaic = new Mosaic(Winograd.SIX, 5, 4, 6, across);
                var back = mosaic.taken(mosaic.laid(pictures.to(DType.BF16)), DType.BF16);
                assertEquals(DType.BF16, back.dtype());
                assertArrayEquals(pictures.to(DType.BF16).toFloats(), back.toFloats());
            }
        }
    }

    /** 100 of 14x14 pixels, as Mask R-CNN has: 9 tiles of 6x6 each alone, and 625 where rows of them are a whole number of tiles. */
    @Test
    void small_areLaidTogether_andLargeOnesAlone() {
        assertEquals(625, Mosaic.of(Winograd.SIX, List.of(100L, 256L, 14L, 14L)).tiles());
        var large = Mosaic.of(Winograd.SIX, List.of(4L, 256L, 60L, 60L));
        assertEquals(0, large.across());
        assertEquals(400, large.tiles());
        assertEquals(
                0, Mosaic.of(Winograd.FOUR, List.of(2L, 256L, 225L, 225L)).across(), "1 % fewer are not worth a copy");
    }
}
