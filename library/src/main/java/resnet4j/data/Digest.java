package resnet4j.data;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 of a sequence of values, each preceded by its length so that no two sequences read the same. */
final class Digest {
    private final MessageDigest sha256;

    Digest() {
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    Digest add(byte[] bytes) {
        add(bytes.length);
        sha256.update(bytes);
        return this;
    }

    Digest add(String text) {
        return add(text.getBytes(StandardCharsets.UTF_8));
    }

    Digest add(long value) {
        for (int shift = 56; shift >= 0; shift -= 8) sha256.update((byte) (value >>> shift));
        return this;
    }

    String hex() {
        return HexFormat.of().formatHex(sha256.digest());
    }
}
