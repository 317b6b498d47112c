package resnet4j.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import resnet4j.array.DType;
import resnet4j.nn.Net;
import resnet4j.tensor.Ops;

/** A seed gives the networks of torchvision and timm the weights that it gives them there; to the bit, but for inverse error functions. */
class SeedTest {
    /** Of scripts/parity/seed_golden.py. */
    static List<String> lines() throws IOException {
        return Shallow.lines("seeds.csv");
    }

    @ParameterizedTest
    @MethodSource("lines")
    void weights_areThoseOfTheSeedInPyTorch(String line) throws Exception {
        var cells = line.split(",");
        Ops.seed(0);
        try (var net = Models.create(cells[0], 1000)) {
            if (!cells[1].isEmpty()) assertEquals(cells[1], digest(net));
            double magnitude = Double.parseDouble(cells[2]);
            assertEquals(magnitude, magnitude(net), 1e-6 * magnitude); // 32-bit rounding of each
        }
    }

    private static double magnitude(Net net) {
        double sum = 0;
        for (var tensor : net.state().values())
            if (tensor.dtype() == DType.F32) for (float value : tensor.toFloats()) sum += Math.abs(value);
        return sum;
    }

    private static String digest(Net net) throws NoSuchAlgorithmException {
        var digest = MessageDigest.getInstance("SHA-256");
        for (var tensor : new TreeMap<>(net.state()).values())
            if (tensor.dtype() == DType.F32) digest.update(tensor.toHost().data());
        return HexFormat.of().formatHex(digest.digest());
    }
}
