package resnet4j.image;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Numbers in a byte array; reading past its end says that the file is cut off. */
record Bytes(byte[] array) {

    int length() {
        return array.length;
    }

    int u8(int at) throws IOException {
        need(at, 1);
        return array[at] & 255;
    }

    int u16be(int at) throws IOException {
        return u8(at) << 8 | u8(at + 1);
    }

    int u16le(int at) throws IOException {
        return u8(at) | u8(at + 1) << 8;
    }

    int i32be(int at) throws IOException {
        return u16be(at) << 16 | u16be(at + 2);
    }

    int i32le(int at) throws IOException {
        return u16le(at) | u16le(at + 2) << 16;
    }

    int u24le(int at) throws IOException {
        return u16le(at) | u8(at + 2) << 16;
    }

    int u16(int at, boolean little) throws IOException {
        return little ? u16le(at) : u16be(at);
    }

    int i32(int at, boolean little) throws IOException {
        return little ? i32le(at) : i32be(at);
    }

    /** Bytes as letters, one each. */
    String text(int at, int count) throws IOException {
        need(at, count);
        return new String(array, at, count, StandardCharsets.ISO_8859_1);
    }

    /** Whether {@code length} bytes begin with a text. */
    boolean keyed(int at, int length, String key) throws IOException {
        return length >= key.length() && text(at, key.length()).equals(key);
    }

    void need(int at, int count) throws IOException {
        if (at < 0 || count < 0 || count > array.length - at)
            throw new IOException("expected more than " + array.length + " bytes, the file is cut off; fetch it again");
    }

    boolean startsWith(int... magic) {
        if (array.length < magic.length) return false;
        for (int i = 0; i < magic.length; i++) if ((array[i] & 255) != magic[i]) return false;
        return true;
    }

    String describeStart() {
        if (array.length == 0) return "nothing (it is empty)";
        var text = new StringBuilder("bytes");
        for (int i = 0; i < Math.min(8, array.length); i++) text.append(String.format(" %02x", array[i] & 255));
        return text.toString();
    }
}
