package resnet4j.array;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What NumPy 2.4 wrote:
 * <pre>
 * def b(a, v=(1, 0)):
 *     f = io.BytesIO(); numpy.lib.format.write_array(f, a, version=v); return base64.b64encode(f.getvalue()).decode()
 * a = numpy.arange(6).reshape(2, 3)
 * BYTES = b((a * 50).astype('u1'));  BIG = b((a * 1000 - 1).astype('>i4'), (2, 0))
 * FLOATS = b((a / 4).astype('<f4'), (3, 0));  SCALAR = b(numpy.array(7, '<i8'))
 * FORTRAN = b(numpy.asfortranarray(a.astype('u1')))
 * OBJECT = b(numpy.array([{}], object));  TEXT = b(numpy.array(['ab']));  RECORD = b(numpy.zeros(1, [('a', 'u1')]))
 * </pre>
 */
public class NpyTest {
    private static final String BYTES =
            "k05VTVBZAQB2AHsnZGVzY3InOiAnfHUxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMp"
                    + "LCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAMmSW"
                    + "yPo=";
    private static final String BIG =
            "k05VTVBZAgB0AAAAeydkZXNjcic6ICc+aTQnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMiwg"
                    + "MyksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAr/////"
                    + "AAAD5wAAB88AAAu3AAAPnwAAE4c=";
    private static final String FLOATS =
            "k05VTVBZAwB0AAAAeydkZXNjcic6ICc8ZjQnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMiwg"
                    + "MyksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAA"
                    + "AACAPgAAAD8AAEA/AACAPwAAoD8=";
    private static final String SCALAR =
            "k05VTVBZAQB2AHsnZGVzY3InOiAnPGk4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKCksIH0g"
                    + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoHAAAA"
                    + "AAAAAA==";
    private static final String FORTRAN =
            "k05VTVBZAQB2AHsnZGVzY3InOiAnfHUxJywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMyks"
                    + "IH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAwEE"
                    + "AgU=";
    private static final String OBJECT =
            "k05VTVBZAQB2AHsnZGVzY3InOiAnfE8nLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMSwpLCB9"
                    + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAqABJWL"
                    + "AAAAAAAAAIwWbnVtcHkuX2NvcmUubXVsdGlhcnJheZSMDF9yZWNvbnN0cnVjdJSTlIwFbnVtcHmUjAduZGFycmF5"
                    + "lJOUSwCFlEMBYpSHlFKUKEsBSwGFlGgDjAVkdHlwZZSTlIwCTziUiYiHlFKUKEsDjAF8lE5OTkr/////Sv////9L"
                    + "P3SUYoldlH2UYXSUYi4=";
    private static final String TEXT =
            "k05VTVBZAQB2AHsnZGVzY3InOiAnPFUyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEsKSwg"
                    + "fSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAphAAAA"
                    + "YgAAAA==";
    private static final String RECORD =
            "k05VTVBZAQB2AHsnZGVzY3InOiBbKCdhJywgJ3x1MScpXSwgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBl"
                    + "JzogKDEsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoA";

    @TempDir
    Path folder;

    private Npy read(byte[] bytes) throws IOException {
        return Npy.read(Files.write(folder.resolve("a.npy"), bytes));
    }

    private Npy read(String base64) throws IOException {
        return read(Base64.getDecoder().decode(base64));
    }

    private void assertRefused(byte[] bytes, String message) {
        var e = assertThrows(IOException.class, () -> read(bytes));
        assertTrue(e.getMessage().startsWith(folder.resolve("a.npy").toString()), e.getMessage());
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }

    /** An array of version 1 whose head says that. */
    public static byte[] array(String type, String shape, byte... data) {
        var head = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + shape + "), }\n";
        return ByteBuffer.allocate(10 + head.length() + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0})
                .putShort((short) head.length())
                .put(head.getBytes(StandardCharsets.ISO_8859_1))
                .put(data)
                .array();
    }

    @Test
    void versions1To3_areRead() throws IOException {
        var bytes = read(BYTES);
        assertEquals("|u1", bytes.type());
        assertArrayEquals(new int[] {2, 3}, bytes.shape());
        assertArrayEquals(
                new byte[] {0, 50, 100, (byte) 150, (byte) 200, (byte) 250},
                bytes.data().array());
        var big = read(BIG);
        assertEquals(">i4", big.type());
        assertEquals(-1, big.data().getInt(0));
        assertEquals(4999, big.data().getInt(5 * 4));
        assertArrayEquals(
                new float[] {0, 0.25f, 0.5f, 0.75f, 1, 1.25f}, read(FLOATS).floats());
        var scalar = read(SCALAR);
        assertEquals(0, scalar.shape().length);
        assertEquals(7, scalar.data().getLong(0));
    }

    @Test
    void floats_areNotMadeOfIntegers() throws IOException {
        var bytes = read(BYTES);
        var e = assertThrows(IllegalArgumentException.class, bytes::floats);
        assertEquals("type: expected f4, got |u1", e.getMessage());
    }

    @Test
    void otherOrders_areRefused() {
        assertRefused(
                Base64.getDecoder().decode(FORTRAN), "row-major order, got Fortran's; save numpy.ascontiguousarray");
    }

    @Test
    void whatIsNotNumbers_isRefused() {
        for (var other : List.of(OBJECT, TEXT, RECORD))
            assertRefused(Base64.getDecoder().decode(other), "expected numbers in a NumPy array, got another head");
        assertRefused(array("|O8", "1,", new byte[8]), "expected numbers");
        assertRefused("PK and so on".getBytes(StandardCharsets.UTF_8), "expected a NumPy array, got other bytes");
        assertRefused(new byte[0], "expected a NumPy array, got other bytes");
    }

    @Test
    void otherVersions_areRefused() {
        for (int version : new int[] {0, 4, 255}) {
            var bytes = Base64.getDecoder().decode(BYTES);
            bytes[6] = (byte) version;
            assertRefused(bytes, "expected a NumPy array of version 1 to 3");
        }
    }

    @Test
    void arraysCutOffAnywhere_areRefused() {
        for (var whole : List.of(BYTES, BIG, FLOATS)) {
            var bytes = Base64.getDecoder().decode(whole);
            for (int n = 0; n < bytes.length; n++) {
                var part = new ByteArrayInputStream(bytes, 0, n);
                var e = assertThrows(IOException.class, () -> Npy.read(part, "part", Long.MAX_VALUE));
                assertTrue(e.getMessage().startsWith("part: expected"), e.getMessage());
            }
        }
        var bytes = Base64.getDecoder().decode(BYTES);
        assertRefused(Arrays.copyOf(bytes, bytes.length - 1), "expected 6 bytes of numbers, got 5; it is cut off");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "|u1;2147483647,;needs 2147483647 bytes, more than the file can hold",
                "<f8;200000000,;needs 1600000000 bytes",
                "<f4;65536,65536,65536,65536;too large",
                "<f4;99999999999,;too large",
                "<f4;4294967297,0;too large",
                "<f0;2147483647,;expected numbers",
                "<f1000000000;1,;expected numbers",
            })
    void shapesTheFileCannotHold_takeNoMemory(String type, String shape, String message) {
        assertRefused(array(type, shape), message);
    }

    /** A stream that promises a gigabyte and has nothing takes no gigabyte: this fails with less heap than it says. */
    @Test
    void promises_takeNoMemory() {
        var head = array("|u1", Integer.toString(Integer.MAX_VALUE - 9) + ",");
        var e = assertThrows(
                IOException.class, () -> Npy.read(new ByteArrayInputStream(head), "stream", Long.MAX_VALUE));
        assertEquals("stream: expected 2147483638 bytes of numbers, got 0; it is cut off", e.getMessage());
    }
}
