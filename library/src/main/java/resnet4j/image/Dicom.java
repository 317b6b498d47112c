package resnet4j.image;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * A DICOM picture whose pixels are not compressed: grey of 8 to 32 bits, or RGB; of several frames the first. Stored values
 * become those that the scanner means (rescale slope and intercept), which go through the window that is asked for, or
 * else the file's own, the first if there are several; where there is none, from the least value to the largest. PS3.3 C.7.6.3, C.11.1.1 and C.11.2.1.
 *
 * @param shades what becomes black and white, and how
 * @param little whether the lower byte comes first
 * @param at     where the pixels begin
 */
record Dicom(int width, int height, Samples samples, Shades shades, boolean little, int at, byte[] bytes)
        implements Encoded {
    private static final int START = 132; // a preamble, and DICM
    private static final int SYNTAX = 0x00020010, SAMPLES = 0x00280002, PHOTOMETRIC = 0x00280004, PLANAR = 0x00280006;
    private static final int ROWS = 0x00280010, COLUMNS = 0x00280011, ALLOCATED = 0x00280100, STORED = 0x00280101;
    private static final int HIGH = 0x00280102, SIGNED = 0x00280103, CENTRE = 0x00281050, WIDTH = 0x00281051;
    private static final int INTERCEPT = 0x00281052, SLOPE = 0x00281053, FUNCTION = 0x00281056, PIXELS = 0x7FE00010;
    private static final int ITEM_END = 0xFFFEE00D, SEQUENCE_END = 0xFFFEE0DD, DEEPEST = 16;

    /**
     * How values lie in the file.
     *
     * @param colours 1, or 3 for RGB
     * @param planes  whether a colour's values lie together
     * @param shift   lower bits that are none of the value's
     */
    record Samples(int colours, boolean planes, int bytes, int bits, int shift, boolean signed) {
        private long of(byte[] in, int at, boolean little) {
            long value = 0;
            for (int i = 0; i < bytes; i++) value = value << 8 | in[at + (little ? bytes - 1 - i : i)] & 255;
            value = value >> shift & (1L << bits) - 1;
            return signed && value >> bits - 1 != 0 ? value - (1L << bits) : value;
        }
    }

    /** @param width NaN where the file has none */
    record Shades(double slope, double intercept, double centre, double width, String function, boolean inverted) {
        /** From 0 to 255. */
        private double of(double value) {
            double y =
                    switch (function) {
                        case "SIGMOID" -> 255 / (1 + Math.exp(-4 * (value - centre) / width));
                        case "LINEAR_EXACT" -> 255 * ((value - centre) / width + 0.5);
                        default -> new Window(centre, width).shade(value);
                    };
            return Math.max(0, Math.min(255, y));
        }

        private Shades through(Window asked) {
            return new Shades(slope, intercept, asked.center(), asked.width(), "LINEAR", inverted);
        }
    }

    static boolean starts(byte[] b) {
        return b.length > START && b[128] == 'D' && b[129] == 'I' && b[130] == 'C' && b[131] == 'M';
    }

    static Dicom of(Bytes in) throws IOException {
        var head = new Elements(in, true, true, Integer.MAX_VALUE);
        int at = head.read(START, 0x00030000);
        String syntax = head.text(SYNTAX, "");
        boolean implicit = syntax.equals("1.2.840.10008.1.2"), big = syntax.equals("1.2.840.10008.1.2.2");
        if (!implicit && !big && !syntax.equals("1.2.840.10008.1.2.1"))
            throw new IOException("expected a DICOM file whose pixels are not compressed, got transfer syntax " + syntax
                    + "; convert it, with 'dcmdjpeg' or 'gdcmconv --raw'");
        var all = new Elements(in, !big, !implicit, PIXELS);
        all.read(at, Integer.MAX_VALUE);
        if (all.pixels < 0) throw new IOException("expected a DICOM file with a picture, it has no pixels");
        var photometric = all.text(PHOTOMETRIC, "MONOCHROME2");
        boolean grey = photometric.startsWith("MONOCHROME");
        if (!grey && !photometric.equals("RGB"))
            throw new IOException("expected a grey or RGB DICOM picture, got " + photometric + "; convert it");
        int allocated = all.whole(ALLOCATED, 16), stored = all.whole(STORED, allocated);
        int high = all.whole(HIGH, stored - 1), colours = all.whole(SAMPLES, 1);
        if (allocated != 8 && allocated != 16 && allocated != 32
                || stored < 1
                || high < stored - 1
                || high >= allocated
                || colours != (grey ? 1 : 3)
                || !grey && stored != 8)
            throw new IOException("expected DICOM samples of 8, 16 or 32 bits, or RGB of 8, got " + colours + " of "
                    + stored + " bits in " + allocated);
        var samples = new Samples(
                colours,
                all.whole(PLANAR, 0) == 1,
                allocated / 8,
                stored,
                high - stored + 1,
                all.whole(SIGNED, 0) == 1);
        var shades = new Shades(
                all.number(SLOPE, 1),
                all.number(INTERCEPT, 0),
                all.number(CENTRE, Double.NaN),
                all.number(WIDTH, Double.NaN),
                all.text(FUNCTION, "LINEAR"),
                photometric.equals("MONOCHROME1"));
        int width = all.whole(COLUMNS, 0), height = all.whole(ROWS, 0);
        long size = (long) width * height * colours * samples.bytes;
        if (size > in.length() - all.pixels)
            throw new IOException("expected " + size + " bytes of pixels, got " + (in.length() - all.pixels)
                    + ", the DICOM file is cut off; fetch it again");
        return new Dicom(width, height, samples, shades, !big, all.pixels, in.array());
    }

    @Override
    public Image decode(Window window) throws IOException {
        if (samples.colours == 3) return Encoded.super.decode(window);
        return new Dicom(width, height, samples, shades.through(window), little, at, bytes).decode();
    }

    @Override
    public Image decode() {
        int n = width * height;
        byte[] rgb = new byte[Math.multiplyExact(3, n)];
        if (samples.colours == 3) {
            for (int i = 0; i < n; i++)
                for (int c = 0; c < 3; c++) rgb[3 * i + c] = bytes[at + (samples.planes ? c * n + i : 3 * i + c)];
            return new Image(width, height, rgb);
        }
        boolean given = shades.width > 0 && !Double.isNaN(shades.centre);
        double low = Double.POSITIVE_INFINITY, high = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < n && !given; i++) {
            low = Math.min(low, value(i));
            high = Math.max(high, value(i));
        }
        for (int i = 0; i < n; i++) {
            double shade = given ? shades.of(value(i)) : high > low ? 255 * (value(i) - low) / (high - low) : 0;
            byte rounded = (byte) Math.rint(shades.inverted ? 255 - shade : shade);
            rgb[3 * i] = rgb[3 * i + 1] = rgb[3 * i + 2] = rounded;
        }
        return new Image(width, height, rgb);
    }

    /** What the scanner means by a pixel. */
    double value(int pixel) {
        return samples.of(bytes, at + pixel * samples.bytes, little) * shades.slope + shades.intercept;
    }

    /** Elements of a data set by tag: those that are short, and where the pixels are. PS3.5 section 7. */
    private static final class Elements {
        private static final int LONGEST = 1024;
        private final Bytes in;
        private final boolean little, explicit;
        private final int last;
        private final Map<Integer, String> texts = new HashMap<>();
        private final Map<Integer, Integer> wholes = new HashMap<>();
        private int pixels = -1;

        Elements(Bytes in, boolean little, boolean explicit, int last) {
            this.in = in;
            this.little = little;
            this.explicit = explicit;
            this.last = last;
        }

        /** Reads from {@code at} up to the first tag of at least {@code end}. @return where that is */
        int read(int at, int end) throws IOException {
            while (at < in.length() && pixels < 0) {
                if (tag(at) >= end && tag(at) > 0) return at;
                at = element(at, 0);
            }
            return at;
        }

        private int tag(int at) throws IOException {
            return in.u16(at, little) << 16 | in.u16(at + 2, little);
        }

        /** Reads one, and gives where the next begins. */
        private int element(int at, int depth) throws IOException {
            int tag = tag(at), length;
            boolean item = tag >>> 16 == 0xFFFE;
            String kind = explicit && !item ? in.text(at + 4, 2) : "";
            boolean wide = "OB OD OF OL OV OW SQ SV UC UN UR UT UV".contains(kind); // 2 bytes of nothing, 4 of length
            if (kind.isEmpty() || !wide) {
                length = kind.isEmpty() ? in.i32(at + 4, little) : in.u16(at + 6, little);
                at += 8;
            } else {
                length = in.i32(at + 8, little);
                at += 12;
            }
            if (tag == last && depth == 0) { // deeper ones are an icon's
                pixels = at;
                return at;
            }
            if (length == -1) return nested(at, depth + 1);
            in.need(at, length);
            if (depth == 0 && length <= LONGEST) {
                texts.put(tag, in.text(at, length).replace('\0', ' ').strip());
                if (length >= 2) wholes.put(tag, in.u16(at, little));
            }
            return at + length;
        }

        /** A sequence or an item that ends with a mark. */
        private int nested(int at, int depth) throws IOException {
            if (depth > DEEPEST)
                throw new IOException("expected sequences inside each other up to " + DEEPEST
                        + " deep in the DICOM file, got more; it is damaged");
            while (true) {
                int tag = tag(at);
                if (tag == SEQUENCE_END || tag == ITEM_END) return at + 8;
                at = element(at, depth);
            }
        }

        String text(int tag, String otherwise) {
            var text = texts.getOrDefault(tag, "");
            return text.isEmpty() ? otherwise : text;
        }

        int whole(int tag, int otherwise) {
            return wholes.getOrDefault(tag, otherwise);
        }

        /** The first of several. */
        double number(int tag, double otherwise) throws IOException {
            var text = text(tag, "").split("\\\\")[0].strip();
            if (text.isEmpty()) return otherwise;
            try {
                return Double.parseDouble(text);
            } catch (NumberFormatException e) {
                throw new IOException(
                        "expected a number in the DICOM element " + String.format("%08x", tag) + ", got " + text, e);
            }
        }
    }
}
