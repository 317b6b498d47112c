package resnet4j.weights;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** The bytes of a pickle: opcodes and what follows them, in every way that pickles write numbers and texts. */
final class PickleInput {
    private final ByteBuffer in;
    private final Budget budget;

    PickleInput(ByteBuffer in, Budget budget) {
        this.in = in.order(ByteOrder.LITTLE_ENDIAN);
        this.budget = budget;
    }

    int position() {
        return in.position();
    }

    long unsignedInt() throws Malformed {
        return need(4).getInt() & 0xffffffffL;
    }

    /** The bytes, of which there are at least so many. */
    ByteBuffer need(int bytes) throws Malformed {
        if (in.remaining() < bytes)
            throw new Malformed("the pickle ends in the middle; the file is truncated or damaged");
        return in;
    }

    int unsignedByte() throws Malformed {
        return need(1).get() & 0xff;
    }

    ByteBuffer bytes(long length) throws Malformed {
        if (length < 0 || length > in.remaining())
            throw new Malformed("the pickle ends in the middle; the file is truncated or damaged");
        ByteBuffer bytes = in.slice(in.position(), (int) length).order(ByteOrder.LITTLE_ENDIAN);
        in.position(in.position() + (int) length);
        return bytes;
    }

    String string(long length) throws Malformed {
        if (length < 0 || length > in.remaining())
            throw new Malformed("the pickle ends in the middle; the file is truncated or damaged");
        budget.take(Budget.OBJECT + 2 * length);
        byte[] utf8 = new byte[(int) length];
        in.get(utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }

    /** The text up to the end of the line. */
    String line() throws Malformed {
        int length = 0;
        while (need(length + 1).get(in.position() + length) != '\n') length++;
        String line = string(length);
        in.get();
        return line;
    }

    long integerLine() throws Malformed {
        String line = line();
        String digits = line.endsWith("L") ? line.substring(0, line.length() - 1) : line;
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            throw new Malformed("expected a 64-bit integer in the pickle, got " + abbreviated(line));
        }
    }

    double doubleLine() throws Malformed {
        String line = line();
        try {
            if (line.length() < 40) return Double.parseDouble(line);
        } catch (NumberFormatException e) {
            // the sentence below
        }
        throw new Malformed("expected a number in the pickle, got " + abbreviated(line));
    }

    private static String abbreviated(String text) {
        return text.length() < 60 ? text : text.substring(0, 60) + "...";
    }

    Number littleEndianInteger(int length) throws Malformed {
        byte[] bigEndian = new byte[length + 1];
        ByteBuffer bytes = bytes(length);
        for (int i = 0; i < length; i++) bigEndian[length - i] = bytes.get(i);
        if (length > 0 && bigEndian[1] < 0) bigEndian[0] = -1; // two's complement
        var value = new BigInteger(bigEndian);
        if (value.bitLength() < 64) return value.longValue();
        budget.take(length);
        return value;
    }
}
