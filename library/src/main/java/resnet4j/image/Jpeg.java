package resnet4j.image;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;

/**
 * A JPEG file (ITU-T T.81), with the rules of libjpeg for what its components mean.
 *
 * @param colour what the components are
 * @param plain  the file without everything that is not needed for its pixels (EXIF, colour profiles, thumbnails,
 *               comments), and with one application marker that states the colour, so that every decoder takes it
 *               alike and none sees metadata
 */
record Jpeg(int width, int height, Colour colour, boolean arithmetic, int orientation, byte[] plain)
        implements Encoded {
    enum Colour {
        GREY,
        RGB,
        YCBCR,
        CMYK,
        YCCK
    }

    private static final String XMP = "http://ns.adobe.com/xap/1.0/\0";
    private static final int MOST_SCANS =
            500; // each is a pass over the picture; libjpeg-turbo's fuzzers stop there too

    static Jpeg of(Bytes in) throws IOException {
        boolean jfif = false;
        byte[] xmp = {};
        int adobe = -1, frame = 0, marker, at = 2;
        var exif = new ByteArrayOutputStream(); // of all its segments, each of which holds at most 64 KB
        var tables = new ByteArrayOutputStream();
        while (true) {
            while (in.u8(at) != 0xFF) at++;
            while ((marker = in.u8(at)) == 0xFF) at++;
            at++;
            if (marker <= 0x01 || marker >= 0xD0 && marker <= 0xD8) continue; // no length follows
            if (marker == 0xD9) throw new IOException("expected a scan before the end marker, the JPEG has no picture");
            int length = in.u16be(at);
            in.need(at, length);
            switch (marker) {
                case 0xDA -> {
                    if (frame == 0) throw new IOException("expected a frame header before the first scan of the JPEG");
                    Colour colour = colour(in, frame, jfif, adobe);
                    int kind = in.u8(frame - 1);
                    int end = end(in, frame, at), orientation = Exif.said(exif.toByteArray(), 0, exif.size());
                    return new Jpeg(
                            in.u16be(frame + 5),
                            in.u16be(frame + 3),
                            colour,
                            kind >= 0xC9,
                            orientation > 0 ? orientation : Exif.inXmp(xmp),
                            plain(in, colour, tables, at - 2, end));
                }
                case 0xC0, 0xC1, 0xC2, 0xC9, 0xCA -> {
                    if (frame != 0) throw new IOException("expected one frame header in the JPEG, got two");
                    frame = at;
                    if (in.u8(at + 2) != 8)
                        throw new IOException("expected a JPEG of 8 bits a sample, got " + in.u8(at + 2));
                }
                case 0xC3, 0xC5, 0xC6, 0xC7, 0xCB, 0xCD, 0xCE, 0xCF ->
                    throw new IOException(
                            "expected a baseline or progressive JPEG, got a lossless or hierarchical one; convert it");
                case 0xE0 -> jfif |= length >= 16 && in.keyed(at + 2, length - 2, "JFIF\0");
                case 0xE1 -> {
                    if (in.keyed(at + 2, length - 2, "Exif\0\0")) exif.write(in.array(), at + 8, length - 8);
                    if (in.keyed(at + 2, length - 2, XMP))
                        xmp = Arrays.copyOfRange(in.array(), at + 2 + XMP.length(), at + length);
                }
                case 0xEE -> {
                    if (length >= 14 && in.keyed(at + 2, length - 2, "Adobe")) adobe = in.u8(at + 13);
                }
                default -> {}
            }
            boolean metadata = marker >= 0xE0; // application data and comments
            if (!metadata) tables.write(in.array(), at - 2, length + 2);
            at += Math.max(length, 2);
        }
    }

    /** libjpeg's guess (jdapimin.c, default_decompress_parms). */
    private static Colour colour(Bytes in, int frame, boolean jfif, int adobe) throws IOException {
        int components = in.u8(frame + 7);
        if (in.u16be(frame) != 8 + 3 * components)
            throw new IOException(
                    "expected a frame header of " + (8 + 3 * components) + " bytes, got " + in.u16be(frame));
        return switch (components) {
            case 1 -> Colour.GREY;
            case 3 -> {
                boolean named = in.u8(frame + 8) == 'R' && in.u8(frame + 11) == 'G' && in.u8(frame + 14) == 'B';
                yield !jfif && (adobe == 0 || adobe < 0 && named) ? Colour.RGB : Colour.YCBCR;
            }
            case 4 -> adobe <= 0 ? Colour.CMYK : Colour.YCCK;
            default -> throw new IOException("expected a JPEG of 1, 3 or 4 components, got " + components);
        };
    }

    /**
     * Where the data end, from the first scan on. What has an unknown marker there is refused, and what has no end marker if a
     * pixel is missing or there are several scans: decoders would fill that with grey and not say so.
     */
    private static int end(Bytes in, int frame, int scan) throws IOException {
        byte[] b = in.array();
        int scans = 1, at = scan + in.u16be(scan);
        while (at < b.length - 1) {
            if (b[at++] != (byte) 0xFF) continue;
            int marker = b[at] & 255;
            if (marker == 0xD9) return at - 1;
            if (marker == 0xFF || marker <= 0x01 || marker >= 0xD0 && marker <= 0xD7) continue;
            if (marker < 0xC0)
                throw new IOException(String.format(
                        "expected no marker %02x in the JPEG's data, it is damaged; fetch it again", marker));
            if (marker == 0xDA && ++scans > MOST_SCANS)
                throw new IOException("expected at most " + MOST_SCANS + " scans in the JPEG, got more");
            if (at + 3 > b.length) break;
            at += 1 + in.u16be(at + 1);
        }
        boolean sequential = in.u8(frame - 1) <= 0xC1;
        int end = sequential ? new JpegScan(in, frame, scan).end() : -1;
        if (end < 0) throw new IOException("expected an end marker, the JPEG is cut off; fetch it again");
        return end;
    }

    private static byte[] plain(Bytes in, Colour colour, ByteArrayOutputStream tables, int scan, int end) {
        var out = new ByteArrayOutputStream(end - scan + tables.size() + 32);
        out.writeBytes(new byte[] {(byte) 0xFF, (byte) 0xD8});
        out.writeBytes(
                switch (colour) {
                    case GREY, YCBCR -> JFIF;
                    case RGB, CMYK -> adobe(0);
                    case YCCK -> adobe(2);
                });
        out.writeBytes(tables.toByteArray());
        out.write(in.array(), scan, end - scan);
        out.writeBytes(new byte[] {(byte) 0xFF, (byte) 0xD9});
        return out.toByteArray();
    }

    private static final byte[] JFIF = "\u00FF\u00E0\0\20JFIF\0\1\1\0\0\1\0\1\0\0".getBytes(ISO_8859_1);

    private static byte[] adobe(int transform) {
        return ("\u00FF\u00EE\0\16Adobe\0\144\0\0\0\0" + (char) transform).getBytes(ISO_8859_1);
    }

    @Override
    public Image decode() throws IOException {
        return decode(1);
    }

    /**
     * At 1/1, 1/2, 1/4 or 1/8 of the size, rounded up, as the inverse cosine transform gives it; where only the JDK
     * can decode the file, at full size.
     */
    Image decode(int reduction) throws IOException {
        return OpenCv.AVAILABLE && !fourInks() ? OpenCv.decode(plain, reduction) : decodeByJdk();
    }

    Image decodeByJdk() throws IOException {
        if (arithmetic)
            throw new IOException(
                    "expected Huffman coding, got an arithmetic-coded JPEG, which needs OpenCV's natives");
        if (!fourInks()) return Rasters.rgb(Rasters.read("jpeg", plain));
        return Rasters.inks(Rasters.readRaster("jpeg", plain), colour == Colour.YCCK);
    }

    private boolean fourInks() {
        return colour == Colour.CMYK || colour == Colour.YCCK;
    }
}
