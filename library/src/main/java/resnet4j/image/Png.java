package resnet4j.image;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * A PNG file (ISO/IEC 15948).
 *
 * @param plain the file's header, palette and data; text, profiles and transparency are left out, since nothing of them
 *              reaches the pixels and compressed text can be made to swell
 */
record Png(int width, int height, int orientation, byte[] plain) implements Encoded {
    private static final int IHDR = 0x49484452, PLTE = 0x504C5445, IDAT = 0x49444154, IEND = 0x49454E44;
    private static final int EXIF = 0x65584966, TEXT = 0x74455874, ZTXT = 0x7A545874, ITXT = 0x69545874;
    private static final String PROFILE = "Raw profile type exif\0", XMP = "XML:com.adobe.xmp\0";
    private static final long DEFLATE_RATIO = 1032; // the most that deflate can swell, RFC 1951

    static Png of(Bytes in) throws IOException {
        if (in.i32be(8) != 13 || in.i32be(12) != IHDR)
            throw new IOException("expected a header chunk first in the PNG");
        checkSum(in, 8);
        int width = in.i32be(16), height = in.i32be(20), bits = in.u8(24), type = in.u8(25);
        boolean valid =
                switch (type) {
                    case 0 -> bits == 1 || bits == 2 || bits == 4 || bits == 8 || bits == 16;
                    case 3 -> bits == 1 || bits == 2 || bits == 4 || bits == 8;
                    case 2, 4, 6 -> bits == 8 || bits == 16;
                    default -> false;
                };
        if (!valid)
            throw new IOException(
                    "expected a colour type and depth that PNG knows, got type " + type + " with " + bits + " bits");
        int orientation = 0;
        byte[] profile = {}, xmp = {};
        long data = 0;
        var plain = new ByteArrayOutputStream(in.length());
        plain.write(in.array(), 0, 33);
        for (int at = 33; at <= in.length() - 8; ) {
            int length = in.i32be(at), chunk = in.i32be(at + 4);
            if (chunk == IEND || length < 0 && data > 0) break;
            if (length < 0)
                throw new IOException("expected a PNG chunk of less than 2 GB, got " + (length & 0xFFFFFFFFL));
            if (chunk == EXIF && length <= in.length() - at - 12) orientation = Exif.said(in.array(), at + 8, length);
            if ((chunk == TEXT || chunk == ZTXT || chunk == ITXT) && length <= in.length() - at - 12) {
                if (in.keyed(at + 8, length, PROFILE)) profile = text(in, chunk, at + 8, length);
                if (in.keyed(at + 8, length, XMP)) xmp = text(in, chunk, at + 8, length);
            }
            if (chunk == PLTE) checkSum(in, at);
            if (chunk == IDAT) { // the last one need not be whole if the pixels are, which the decoder finds out
                int there = Math.min(length, in.length() - at - 8);
                plain.writeBytes(
                        ByteBuffer.allocate(8).putInt(there).putInt(IDAT).array());
                plain.write(in.array(), at + 8, there);
                plain.writeBytes(new byte[4]); // nobody asks for its sum
                data += there;
            }
            if (chunk == PLTE) plain.write(in.array(), at, length + 12);
            at = (int) Math.min(in.length(), at + 12L + length);
        }
        int channels = type == 2 ? 3 : type == 4 ? 2 : type == 6 ? 4 : 1;
        if (((long) width * bits * channels / 8 + 1) * height > data * DEFLATE_RATIO)
            throw new IOException("expected " + width + "x" + height + " pixels, the PNG has only " + data
                    + " bytes of compressed data; fetch it again");
        plain.writeBytes(new byte[] {0, 0, 0, 0, 'I', 'E', 'N', 'D', (byte) 0xAE, 0x42, 0x60, (byte) 0x82});
        if (orientation == 0) orientation = Exif.inProfile(profile);
        if (orientation == 0) orientation = Exif.inXmp(xmp);
        return new Png(width, height, orientation, plain.toByteArray());
    }

    /** The bytes of a text chunk, up to 1 MB of them as in Pillow; none where they are damaged. */
    private static byte[] text(Bytes in, int chunk, int at, int length) throws IOException {
        int end = at + length, from = at;
        while (from < end && in.u8(from) != 0) from++;
        from++;
        boolean packed = chunk == ZTXT;
        if (chunk == ZTXT) from++;
        if (chunk == ITXT) {
            if (from + 2 > end) return new byte[0];
            packed = in.u8(from) == 1;
            from += 2;
            for (int i = 0; i < 2; i++) { // language, and the key in it
                while (from < end && in.u8(from) != 0) from++;
                from++;
            }
        }
        if (from >= end) return new byte[0];
        if (!packed) return Arrays.copyOfRange(in.array(), from, end);
        var inflater = new Inflater();
        try {
            inflater.setInput(in.array(), from, end - from);
            byte[] out = new byte[1 << 20];
            return Arrays.copyOf(out, inflater.inflate(out));
        } catch (DataFormatException e) {
            return new byte[0];
        } finally {
            inflater.end();
        }
    }

    private static void checkSum(Bytes in, int at) throws IOException {
        int length = in.i32be(at);
        in.need(at, Math.addExact(length, 12));
        CRC32 crc = new CRC32();
        crc.update(in.array(), at + 4, length + 4);
        if ((int) crc.getValue() != in.i32be(at + 8 + length))
            throw new IOException("expected a matching checksum in the PNG's header, it is damaged; fetch it again");
    }

    @Override
    public Image decode() throws IOException {
        return Rasters.rgb(Rasters.read("png", plain));
    }

    @Override
    public Image decode(Window window) throws IOException {
        var picture = Rasters.read("png", plain);
        return Rasters.deepGrey(picture) ? Rasters.shades(picture, window) : Encoded.super.decode(window);
    }

    /** The numbers as stored; of colours, those whose red, green and blue are the same. */
    LabelMap labels() throws IOException {
        var raster = Rasters.read("png", plain).getRaster();
        int bands = raster.getNumBands();
        if (raster.getSampleModel().getSampleSize(0) > 8)
            throw new IOException("expected labels of at most 8 bits, got 16; write them as a grey PNG of 8 bits");
        var labels = new byte[Math.multiplyExact(width, height)];
        var row = new int[Math.multiplyExact(width, bands)];
        for (int y = 0, to = 0; y < height; y++) {
            raster.getPixels(0, y, width, 1, row);
            for (int at = 0; at < row.length; at += bands) {
                if (bands > 2 && (row[at] != row[at + 1] || row[at] != row[at + 2]))
                    throw new IOException(
                            "expected a number for each pixel, got colours; write the labels as a grey PNG"
                                    + " or with a palette");
                labels[to++] = (byte) row[at];
            }
        }
        return new LabelMap(width, height, labels);
    }
}
