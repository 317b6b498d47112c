package resnet4j.files;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 of a sequence of values, each preceded by its length so that no two sequences read the same. */
public final class Digest {
    private final MessageDigest sha256 = sha256();

    /** SHA-256, to be fed. */
    static MessageDigest sha256() {
        return named("SHA-256");
    }

    /** MD5, to be fed: for files whose publishers give no other. */
    static MessageDigest md5() {
        return named("MD5");
    }

    private static MessageDigest named(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has " + algorithm, e);
        }
    }

    public Digest add(byte[] bytes) {
        add(bytes.length);
        sha256.update(bytes);
        return this;
    }

    public Digest add(String text) {
        return add(text.getBytes(StandardCharsets.UTF_8));
    }

    public Digest add(long value) {
        for (int shift = 56; shift >= 0; shift -= 8) sha256.update((byte) (value >>> shift));
        return this;
    }

    /** All that a file holds. */
    public Digest addFile(Path file) throws IOException {
        add(Files.size(file));
        try (var in = Files.newInputStream(file)) {
            var some = new byte[1 << 16];
            for (int n; (n = in.read(some)) >= 0; ) sha256.update(some, 0, n);
        }
        return this;
    }

    /** How many bytes a file has, or -1 if it is there no more. */
    public Digest addSize(Path file) {
        try {
            return add(Files.size(file));
        } catch (IOException e) {
            return add(-1);
        }
    }

    public String hex() {
        return HexFormat.of().formatHex(sha256.digest());
    }
}
