package resnet4j.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.ByteRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ResampleTest {

    /** resample.tsv: made by scripts/parity/resample_table.py. */
    @Test
    void resize_equalsPillowToTheByte() throws Exception {
        List<String> wrong = new ArrayList<>();
        int cases = 0;
        for (String[] row : ImageFileTest.table("resample.tsv")) {
            if (!row[0].equals("resize")) continue;
            Image in = Pictures.byFormula(Integer.parseInt(row[1]), Integer.parseInt(row[2]));
            Image out = Resample.resize(
                    in, Integer.parseInt(row[4]), Integer.parseInt(row[5]), Interpolation.valueOf(row[3]));
            if (!ImageFileTest.sha256(out).equals(row[6])) wrong.add(String.join(" ", row));
            cases++;
        }
        assertEquals(List.of(), wrong);
        assertEquals(4 * 9 * 3, cases);
    }

    @Property(tries = 150)
    void resize_keepsConstantPictures(
            @ForAll @IntRange(min = 1, max = 60) int width,
            @ForAll @IntRange(min = 1, max = 60) int height,
            @ForAll @IntRange(min = 1, max = 60) int toWidth,
            @ForAll @IntRange(min = 1, max = 60) int toHeight,
            @ForAll @ByteRange(min = -128) byte value,
            @ForAll Interpolation interpolation) {
        byte[] rgb = new byte[width * height * 3];
        Arrays.fill(rgb, value);
        for (byte b : Resample.resize(new Image(width, height, rgb), toWidth, toHeight, interpolation)
                .rgb()) assertEquals(value, b);
    }

    @Property(tries = 30)
    void resize_toTheSameSizeChangesNothing(
            @ForAll @IntRange(min = 1, max = 60) int width,
            @ForAll @IntRange(min = 1, max = 60) int height,
            @ForAll Interpolation interpolation) {
        Image image = Pictures.byFormula(width, height);
        assertArrayEquals(
                image.rgb(),
                Resample.resize(image, width, height, interpolation).rgb());
    }

    @Property(tries = 100)
    void aWindowIsAPartOfTheWhole(
            @ForAll @IntRange(min = 1, max = 40) int width,
            @ForAll @IntRange(min = 1, max = 40) int height,
            @ForAll @IntRange(min = 1, max = 40) int toWidth,
            @ForAll @IntRange(min = 1, max = 40) int toHeight,
            @ForAll @IntRange(min = 0, max = 39) int a,
            @ForAll @IntRange(min = 0, max = 39) int b,
            @ForAll Interpolation interpolation) {
        int left = a % toWidth, top = b % toHeight;
        int w = 1 + b % (toWidth - left), h = 1 + a % (toHeight - top);
        Image image = Pictures.byFormula(width, height);
        Image whole = Resample.resize(image, toWidth, toHeight, interpolation);
        Image window = Resample.resize(image, toWidth, toHeight, left, top, w, h, interpolation);
        assertArrayEquals(
                Transforms.crop(whole, left, top, w, h, Transforms.Padding.ZERO).rgb(), window.rgb());
    }

    @Test
    void resize_rejectsWindowsThatLeaveTheResult() {
        Image image = Pictures.byFormula(4, 4);
        var e = assertThrows(
                IllegalArgumentException.class, () -> Resample.resize(image, 8, 8, 1, 0, 8, 8, Interpolation.BILINEAR));
        assertTrue(e.getMessage().contains("8x8 at 1,0"), e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> Resample.resize(image, 0, 8, Interpolation.BILINEAR));
    }
}
