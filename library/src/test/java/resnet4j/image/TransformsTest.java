package resnet4j.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static resnet4j.image.Pictures.grey;
import static resnet4j.image.Pictures.reds;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TransformsTest {
    private final Image small = grey(3, 2, 1, 2, 3, 4, 5, 6);

    @Test
    void crop_takesWhatIsInside() {
        assertArrayEquals(new int[] {2, 3, 5, 6}, reds(Transforms.crop(small, 1, 0, 2, 2, Transforms.Padding.ZERO)));
    }

    @Test
    void crop_surroundsWithBlack() {
        int[] expected = {0, 0, 0, 0, 0, /**/ 0, 1, 2, 3, 0, /**/ 0, 4, 5, 6, 0, /**/ 0, 0, 0, 0, 0};
        assertArrayEquals(expected, reds(Transforms.crop(small, -1, -1, 5, 4, Transforms.Padding.ZERO)));
        assertArrayEquals(new int[4], reds(Transforms.crop(small, 9, -7, 2, 2, Transforms.Padding.ZERO)));
    }

    @Test
    void crop_reflectsWithoutRepeatingTheEdge() {
        int[] expected = {6, 5, 4, 5, 6, 5, 4, /**/ 3, 2, 1, 2, 3, 2, 1, /**/ 6, 5, 4, 5, 6, 5, 4};
        assertArrayEquals(expected, reds(Transforms.crop(small, -2, -1, 7, 3, Transforms.Padding.REFLECT)));
        var e = assertThrows(
                IllegalArgumentException.class, () -> Transforms.crop(small, -3, 0, 3, 2, Transforms.Padding.REFLECT));
        assertTrue(e.getMessage().contains("at most 2 pixels of reflection"), e.getMessage());
    }

    @Test
    void flip_exchangesLeftAndRight() {
        assertArrayEquals(new int[] {3, 2, 1, 6, 5, 4}, reds(Transforms.flip(small)));
    }

    @Test
    void resizedCrop_looksAtNothingOutside() {
        Image halves = grey(4, 1, 10, 10, 200, 200);
        assertArrayEquals(
                new int[] {10, 10, 10}, reds(Transforms.resizedCrop(halves, 0, 0, 2, 1, 3, 1, Interpolation.BICUBIC)));
        assertThrows(
                IllegalArgumentException.class,
                () -> Transforms.resizedCrop(halves, 3, 0, 2, 1, 3, 1, Interpolation.BICUBIC));
    }

    /** resample.tsv: made by scripts/parity/resample_table.py. */
    @Test
    void rotate_equalsPillowToTheByte() throws Exception {
        List<String> wrong = new ArrayList<>();
        int cases = 0;
        for (String[] row : ImageFileTest.table("resample.tsv")) {
            if (!row[0].equals("rotate")) continue;
            Image in = Pictures.byFormula(Integer.parseInt(row[1]), Integer.parseInt(row[2]));
            Image out = Transforms.rotate(
                    in, Double.parseDouble(row[4]), Interpolation.valueOf(row[3]), 9 << 16 | 80 << 8 | 200);
            if (!ImageFileTest.sha256(out).equals(row[6])) wrong.add(String.join(" ", row));
            cases++;
        }
        assertEquals(List.of(), wrong);
        assertEquals(3 * 10 * 2, cases);
    }
}
