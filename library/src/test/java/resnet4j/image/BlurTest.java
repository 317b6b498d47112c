package resnet4j.image;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BlurTest {
    /** To the byte; scripts/parity/blur_golden.py made the digests. The widest window is wider than the picture is high. */
    @ParameterizedTest
    @CsvSource({
        "0.1,41e94c42e965fd95478bea055ff08fb770155298048588bb223ba8941d57d8f2",
        "0.5,d89c9a1d35a3acae5b98149c574e4dc2e542d4119b0dcab837c84496acd285ca",
        "1.0,6803b1391657e70e7030f19f7231e128c93320276be67c316384f61f3bedf56d",
        "1.37,06e3b91835c3ba0148c102a18ed5b8ba7fa4cc1f675985149044ccc58c94b7ea",
        "2.0,07dab720c9dd9b6a11536c76bbcff0007f124da0432df4e512aea80993bb0243",
        "6.5,ab59bac685d7e04bebd6b84b9862eebe0191cc61dd6aa86a80144bd7ccea2907"
    })
    void blur_isPillows(double radius, String sha256) throws Exception {
        var rgb = new byte[3 * 37 * 23];
        for (long k = 0; k < rgb.length; k++) rgb[(int) k] = (byte) ((k * k * 31 + k * 7) % 251);
        var blurred = Tone.BLUR.on(new Image(37, 23, rgb), radius);
        var digest = MessageDigest.getInstance("SHA-256").digest(blurred.rgb());
        assertEquals(sha256, HexFormat.of().formatHex(digest));
    }
}
