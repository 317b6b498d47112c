package resnet4j.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.ByteRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import resnet4j.config.Records;

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

    /**
     * A thousand sizes drawn by chance, narrow and flat ones among them; in a quarter the height goes first. The other
     * order is that of Pillow 12.
     */
    @Test
    void resize_ofAThousandSizesEqualsPillow13() throws Exception {
        List<String> wrong = new ArrayList<>();
        int cases = 0, heightFirst = 0;
        for (String[] row : ImageFileTest.table("resize-1000.tsv")) {
            int[] n = Arrays.stream(row).limit(4).mapToInt(Integer::parseInt).toArray();
            Image in = Pictures.byFormula(n[0], n[1]);
            Image out = Resample.resize(in, n[2], n[3], Interpolation.valueOf(row[4]));
            if (!ImageFileTest.sha256(out).startsWith(row[5])) wrong.add(String.join(" ", row));
            if (Passes.SHRINKING_FIRST.heightFirst(n[0], n[1], n[2], n[3])) heightFirst++;
            cases++;
        }
        assertEquals(List.of(), wrong);
        assertEquals(1000, cases);
        assertTrue(heightFirst > 200, () -> "the height goes first in few of these sizes");
    }

    /** What Pillow 12 gave: the width in one call of Pillow 13, then the height in another. */
    @ParameterizedTest
    @CsvSource({
        "333, 500, 224, 224, BILINEAR, bc101e76c2ec187a",
        "333, 500, 224, 224, BICUBIC, 061b0a4438fc5bf2",
        "50, 400, 60, 40, BILINEAR, e1b6e48ac9dcd5c3",
        "50, 400, 60, 40, BICUBIC, 33fcfcddf59b7fac"
    })
    void widthFirst_equalsTwoCallsOfPillow(int w, int h, int toWidth, int toHeight, Interpolation by, String digest)
            throws Exception {
        var image = Pictures.byFormula(w, h);
        var out = Resample.resize(image, toWidth, toHeight, 0, 0, toWidth, toHeight, by, Passes.WIDTH_FIRST);
        assertEquals(digest, ImageFileTest.sha256(out).substring(0, 16));
        assertFalse(Arrays.equals(
                out.rgb(), Resample.resize(image, toWidth, toHeight, by).rgb()));
    }

    @Test
    void preprocessOfBefore_keepsTheWidthFirst() {
        var now = Preprocess.imagenet();
        var json = (ObjectNode) Records.tree(now);
        assertEquals(now, Records.read(json, Preprocess.class));
        json.remove("passes");
        var before = Records.read(json, Preprocess.class);
        assertEquals(Passes.WIDTH_FIRST, before.passes());
        assertEquals(before, Records.read(Records.tree(before), Preprocess.class));
        assertEquals(before, Records.overlay(now, json)); // a recipe's defaults do not change it
        assertEquals(
                Passes.WIDTH_FIRST,
                Records.overlay(before, Records.parse("{\"cropWidth\": 96}")).passes());
        assertEquals(
                Passes.SHRINKING_FIRST,
                Records.overlay(now, Records.parse("{\"cropWidth\": 96}")).passes());
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
            @ForAll Interpolation interpolation,
            @ForAll Passes passes) {
        int left = a % toWidth, top = b % toHeight;
        int w = 1 + b % (toWidth - left), h = 1 + a % (toHeight - top);
        Image image = Pictures.byFormula(width, height);
        Image whole = Resample.resize(image, toWidth, toHeight, 0, 0, toWidth, toHeight, interpolation, passes);
        Image window = Resample.resize(image, toWidth, toHeight, left, top, w, h, interpolation, passes);
        assertArrayEquals(
                Transforms.crop(whole, left, top, w, h, Transforms.Padding.ZERO).rgb(), window.rgb());
    }

    @Test
    void resize_rejectsWindowsThatLeaveTheResult() {
        Image image = Pictures.byFormula(4, 4);
        var e = assertThrows(
                IllegalArgumentException.class,
                () -> Resample.resize(image, 8, 8, 1, 0, 8, 8, Interpolation.BILINEAR, Passes.SHRINKING_FIRST));
        assertTrue(e.getMessage().contains("8x8 at 1,0"), e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> Resample.resize(image, 0, 8, Interpolation.BILINEAR));
    }
}
