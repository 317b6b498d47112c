package resnet4j.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.config.Records;

class WindowTest {
    private static final String TIFF =
            "SUkqAAgAAAAJAAABBAABAAAABAAAAAEBBAABAAAAAgAAAAIBAwABAAAAEAAAAAMBAwABAAAAAQAAAAYBAwABAAAAAQ"
                    + "AAABEBBAABAAAAegAAABYBBAABAAAAAgAAABcBBAABAAAAEAAAABwBAwABAAAAAQAAAAAAAAAAAOgDIE4hTi91MHVA"
                    + "nP//";
    private static final int FOR_WHITE_IS_ZERO = 66; // the byte of TIFF that says what 0 means

    @BeforeAll
    static void read() throws IOException {
        DicomTest.read();
    }

    /** PS3.3 C.11.2.1.2.1 by hand: black up to centre - 1/2 - (width - 1)/2, white from centre - 1/2 + (width - 1)/2 on. */
    @Test
    void aWindowThatIsAskedFor_takesTheFilesPlace() throws IOException {
        var file = DicomTest.file("ct");
        var asked = new Decoding(false, 0, Optional.of(new Window(40, 401)));
        var image = ImageFile.decode(file, "scan.dcm", asked, DecodeLimits.DEFAULT);
        var scan = Dicom.of(new Bytes(file));
        for (int i = 0; i < image.width() * image.height(); i++) {
            double hounsfield = scan.value(i);
            double expected = hounsfield <= -160.5 ? 0 : hounsfield >= 239.5 ? 255 : (hounsfield + 160.5) / 400 * 255;
            assertEquals(expected, image.rgb()[3 * i] & 255, 0.501, "a value of " + hounsfield);
        }
        var preprocess = Preprocess.none().withWindow(asked.window());
        assertArrayEquals(image.rgb(), preprocess.decode(Picture.of(file)).rgb());
        assertEquals(preprocess, Records.read(Records.tree(preprocess), Preprocess.class));
    }

    @Test
    void aWindow_ofOtherPicturesIsRefused() {
        var window = new Decoding(false, 0, Optional.of(new Window(40, 400)));
        var e = assertThrows(
                IOException.class,
                () -> ImageFile.decode(DicomTest.file("rgb"), "scan.dcm", window, DecodeLimits.DEFAULT));
        assertTrue(e.getMessage().startsWith("scan.dcm: expected grey of more than 8 bits"), e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> new Window(40, 0));
        assertThrows(IllegalArgumentException.class, () -> new Window(Double.NaN, 1));
    }

    /** Files that Pillow wrote, with 0, 1000, 20000, 20001, 29999, 30000, 40000 and 65535. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "iVBORw0KGgoAAAANSUhEUgAAAAQAAAACEAAAAAAKU/78AAAAGklEQVR4nGNkYGB+4W3BwMhYqs/AqC6QvB8AGsoDcO"
                        + "1S+M4AAAAASUVORK5CYII=",
                TIFF,
                "UDUKNCAyCjY1NTM1CgAAA+hOIE4hdS91MJxA//8="
            })
    void sixteenBits_goThroughIt(String file) throws IOException {
        var window = Optional.of(new Window(25000.5, 10001)); // from 20000 to 30000
        var image = ImageFile.decode(
                Base64.getDecoder().decode(file), "grey", new Decoding(false, 0, window), DecodeLimits.DEFAULT);
        int[] expected = {0, 0, 0, 0, 255, 255, 255, 255};
        for (int i = 0; i < expected.length; i++) assertEquals(expected[i], image.rgb()[3 * i] & 255, "pixel " + i);
        var middle = new Decoding(false, 0, Optional.of(new Window(20000.5, 40001))); // from 0 to 40000
        var wide = ImageFile.decode(Base64.getDecoder().decode(file), "grey", middle, DecodeLimits.DEFAULT);
        int[] shades = {0, 6, 127, 128, 191, 191, 255, 255
        }; // v / 40000 * 255: 6.375, 127.5 to even, 127.506, 191.24, 191.25
        for (int i = 0; i < shades.length; i++) assertEquals(shades[i], wide.rgb()[3 * i] & 255, 1, "pixel " + i);
    }

    /** The TIFF above with its photometric interpretation changed: the same values, shown the other way round. */
    @Test
    void aTiffWhoseZeroIsWhite_isShownTheOtherWayRound() throws IOException {
        var file = Base64.getDecoder().decode(TIFF);
        file[FOR_WHITE_IS_ZERO] = 0;
        var window = Optional.of(new Window(20000.5, 40001));
        var image = ImageFile.decode(file, "grey", new Decoding(false, 0, window), DecodeLimits.DEFAULT);
        int[] shades = {255, 249, 128, 127, 64, 64, 0, 0};
        for (int i = 0; i < shades.length; i++) assertEquals(shades[i], image.rgb()[3 * i] & 255, 1, "pixel " + i);
    }
}
