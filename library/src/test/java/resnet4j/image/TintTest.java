package resnet4j.image;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TintTest {
    /** Pillow 13.0, torchvision 0.25: scripts/parity/tint_golden.py. */
    @ParameterizedTest
    @CsvSource({
        "brightness, 0.35, 8f0aa2dcb52e2812462badb5124676b8efbee217f4ed81e7e562001e7ef69749",
        "brightness, 1.7, 566f6a6d4b30b60c929c667a8eeea92892984dfb03b3ec1664cbd092f3d898d1",
        "contrast, 0.35, 4380e2c579537f1772088a4cd7da8852d7145677ed7653e66945f5eff1f667e0",
        "contrast, 1.7, 1d264972a9ef3e0bd36ca1609489928aad36199dff488b704b47e3a8125d94b2",
        "saturation, 0.35, 4070e70e46f2ff11d991942719a4d8b482c784895f83d35abffd1b0631507a8e",
        "saturation, 1.7, fbfa20c3f0b56629d398a66b7945c73711e7c10c34136a5f0644437be1fe4655",
        "hue, 0.3333333333333333, e7acf8e6eadd2b338b3f19af9bc1c252b0b4f1acc9a7e632f20fa9be434b3ccd",
        "hue, -0.4, 9889b4853db04e130de4e2ee57bab9d8a6f09a28a9c12a703375a8d6322d7df8",
        "hue, 0.07, 45d07fc55ec156a14405b9bf61e54ff41eed904a7ce1a00922cba6dc9469bec8"
    })
    void bytes_areTorchvisionsOnPillowImages(String what, double factor, String digest) throws Exception {
        var rgb = new byte[48 * 64 * 3];
        for (int k = 0; k < rgb.length; k++) {
            long i = k;
            rgb[k] = (byte) ((i * i * 31 + i * 7) / 5 % 256);
        }
        var tint =
                switch (what) {
                    case "brightness" -> new Step.Tint(factor, 1, 1, 0);
                    case "contrast" -> new Step.Tint(1, factor, 1, 0);
                    case "saturation" -> new Step.Tint(1, 1, factor, 0);
                    default -> new Step.Tint(1, 1, 1, factor);
                };
        var out = tint.on(new Image(64, 48, rgb)).rgb();
        assertEquals(
                digest,
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(out)));
    }
}
