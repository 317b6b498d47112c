package resnet4j.image;

import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A TIFF file (TIFF 6.0), of which the first page counts. Pillow turns it by its orientation always, and so it is here.
 *
 * @param turned  the orientation
 * @param whiteIsZero whether black and white are exchanged
 * @param plain   the file with a directory of the page's own layout alone, so that no decoder meets its other tags
 */
record Tiff(int width, int height, int turned, boolean whiteIsZero, byte[] plain) implements Encoded {
    private static final int WIDTH = 256, HEIGHT = 257, BITS = 258, COMPRESSION = 259, PHOTOMETRIC = 262;
    private static final int BIT_ORDER = 266, OFFSETS = 273, SAMPLES = 277, ROWS_PER_STRIP = 278, COUNTS = 279;
    private static final int PLANES = 284, CCITT_3 = 292, CCITT_4 = 293, PREDICTOR = 317, COLOURS = 320;
    private static final int TILE_WIDTH = 322, TILE_HEIGHT = 323, TILE_OFFSETS = 324, TILE_COUNTS = 325;
    private static final int EXTRA_SAMPLES = 338, FORMAT = 339;

    /** Tags with a number for each strip or tile. */
    private static final Set<Integer> PARTS = Set.of(OFFSETS, COUNTS, TILE_OFFSETS, TILE_COUNTS);

    /** The other tags that say how the pixels are laid out. */
    private static final Set<Integer> LAYOUT = Set.of(
            WIDTH,
            HEIGHT,
            BITS,
            COMPRESSION,
            PHOTOMETRIC,
            BIT_ORDER,
            SAMPLES,
            ROWS_PER_STRIP,
            PLANES,
            CCITT_3,
            CCITT_4,
            PREDICTOR,
            COLOURS,
            TILE_WIDTH,
            TILE_HEIGHT,
            EXTRA_SAMPLES,
            FORMAT);

    private static final int MOST_NUMBERS = 3 << 8; // a palette of 8 bits

    private static final Set<Integer> COMPRESSIONS =
            Set.of(1, 2, 3, 4, 5, 8, 32773, 32946); // all but JPEG and rarities

    static Tiff of(Bytes in) throws IOException {
        boolean little = in.u8(0) == 'I';
        if (in.u16(2, little) != 42) throw new IOException("expected a TIFF of up to 4 GB, got a BigTIFF; convert it");
        var tags = new TreeMap<Integer, long[]>();
        int at = in.i32(4, little);
        int entries = in.u16(at, little);
        in.need(at, 2 + 12 * entries);
        for (int i = 0; i < entries; i++) {
            int entry = at + 2 + 12 * i, tag = in.u16(entry, little);
            if (PARTS.contains(tag)) tags.putIfAbsent(tag, values(in, entry, little, in.length()));
            if (LAYOUT.contains(tag)) tags.putIfAbsent(tag, values(in, entry, little, MOST_NUMBERS));
        }
        int width = one(tags, WIDTH, 0), height = one(tags, HEIGHT, 0), samples = one(tags, SAMPLES, 1);
        int bits = one(tags, BITS, 1), compression = one(tags, COMPRESSION, 1), meaning = one(tags, PHOTOMETRIC, -1);
        for (long other : tags.getOrDefault(BITS, new long[0]))
            if (other != bits) throw new IOException("expected as many bits for each sample of the TIFF; convert it");
        if (!COMPRESSIONS.contains(compression))
            throw new IOException("expected a TIFF without compression, or by CCITT's codes, PackBits, LZW or deflate,"
                    + " got compression " + compression + "; convert it");
        boolean known =
                switch (meaning) {
                    case 0, 1 -> samples == 1 && Set.of(1, 2, 4, 8, 16).contains(bits) || samples == 2 && bits == 8;
                    case 2 -> (samples == 3 || samples == 4) && (bits == 8 || bits == 16);
                    case 3 -> samples == 1 && Set.of(1, 2, 4, 8).contains(bits) && tags.containsKey(COLOURS);
                    default -> false;
                };
        if (!known || one(tags, FORMAT, 1) != 1 || one(tags, PREDICTOR, 1) > 2)
            throw new IOException("expected a TIFF of grey, colours or a palette in whole numbers of up to 16 bits, got"
                    + " meaning " + meaning + " of " + samples + " times " + bits + " bits; convert it");
        checkData(in, tags, width, height, (long) samples * bits, compression);
        if (meaning == 3) { // Pillow takes the upper 8 of 16 bits, the JDK rounds
            var colours = tags.get(COLOURS);
            for (int i = 0; i < colours.length; i++) colours[i] = (colours[i] >> 8) * 257;
        }
        int turned = Exif.orientation(in.array(), 0, in.length());
        return new Tiff(width, height, turned, meaning == 0, plain(in.array(), tags));
    }

    /** What decoders believe is held to the file: where data lies, and tiles not much larger than the picture. */
    private static void checkData(
            Bytes in, Map<Integer, long[]> tags, int width, int height, long bits, int compression) throws IOException {
        boolean tiled = tags.containsKey(TILE_WIDTH);
        long tileWidth = one(tags, TILE_WIDTH, width), tileHeight = one(tags, TILE_HEIGHT, height);
        if (width < 1 || height < 1) return; // refused by the gate
        if (tileWidth < 1 || tileHeight < 1 || tileWidth > width + 1024L || tileHeight > height + 1024L)
            throw new IOException(
                    "expected tiles no larger than the TIFF's picture, got " + tileWidth + "x" + tileHeight);
        var offsets = tags.get(tiled ? TILE_OFFSETS : OFFSETS);
        var counts = tags.get(tiled ? TILE_COUNTS : COUNTS);
        if (offsets == null || counts == null || offsets.length != counts.length || offsets.length == 0)
            throw new IOException("expected the places of the TIFF's data and their sizes, it is damaged");
        long rowsPerStrip = Math.min(height, tags.getOrDefault(ROWS_PER_STRIP, new long[] {height})[0]);
        if (rowsPerStrip < 1) throw new IOException("expected strips of at least a row in the TIFF");
        long parts = tiled
                ? (width + tileWidth - 1) / tileWidth * ((height + tileHeight - 1) / tileHeight)
                : (height + rowsPerStrip - 1) / rowsPerStrip;
        if (offsets.length < parts)
            throw new IOException("expected " + parts + " strips or tiles, the TIFF has " + offsets.length);
        long sum = 0;
        for (int i = 0; i < offsets.length; i++) {
            if (offsets[i] + counts[i] > in.length())
                throw new IOException(
                        "expected more than " + in.length() + " bytes, the TIFF is cut off; fetch it again");
            sum += counts[i];
        }
        if (compression == 1 && sum < (width * bits + 7) / 8 * height)
            throw new IOException(
                    "expected " + (width * bits + 7) / 8 * height + " bytes of pixels, the TIFF has " + sum);
    }

    /** Numbers of an entry, of 1, 2 or 4 bytes each. */
    private static long[] values(Bytes in, int entry, boolean little, int most) throws IOException {
        int type = in.u16(entry + 2, little), count = in.i32(entry + 4, little);
        int size = type == 1 ? 1 : type == 3 ? 2 : type == 4 ? 4 : 0;
        if (size == 0 || count < 1 || count > most)
            throw new IOException("expected whole numbers in the TIFF's directory, it is damaged");
        int at = count * (long) size <= 4 ? entry + 8 : in.i32(entry + 8, little);
        in.need(at, Math.multiplyExact(count, size));
        var values = new long[count];
        for (int i = 0; i < count; i++)
            values[i] = size == 1
                    ? in.u8(at + i)
                    : size == 2 ? in.u16(at + 2 * i, little) : in.i32(at + 4 * i, little) & 0xFFFFFFFFL;
        return values;
    }

    private static int one(Map<Integer, long[]> tags, int tag, int otherwise) throws IOException {
        var values = tags.get(tag);
        if (values == null) return otherwise;
        if (values[0] > Integer.MAX_VALUE)
            throw new IOException("expected smaller numbers in the TIFF, got " + values[0]);
        return (int) values[0];
    }

    /** The file, and a directory of {@code tags} behind it. */
    private static byte[] plain(byte[] file, TreeMap<Integer, long[]> tags) {
        boolean little = file[0] == 'I';
        int directory = file.length + (file.length & 1), end = directory + 2 + 12 * tags.size() + 4, size = end;
        for (var entry : tags.entrySet())
            if (entry.getValue().length * bytes(entry.getKey()) > 4)
                size = Math.addExact(size, entry.getValue().length * bytes(entry.getKey()));
        byte[] out = Arrays.copyOf(file, size);
        put(out, 4, 4, directory, little);
        put(out, directory, 2, tags.size(), little);
        int at = directory + 2, behind = end;
        for (var entry : tags.entrySet()) {
            int bytes = bytes(entry.getKey()), count = entry.getValue().length;
            put(out, at, 2, entry.getKey(), little);
            put(out, at + 2, 2, bytes == 2 ? 3 : 4, little);
            put(out, at + 4, 4, count, little);
            int to = at + 8;
            if (count * bytes > 4) {
                put(out, to, 4, behind, little);
                to = behind;
                behind += count * bytes;
            }
            for (int i = 0; i < count; i++) put(out, to + i * bytes, bytes, entry.getValue()[i], little);
            at += 12;
        }
        return out;
    }

    /** Places, sizes and rows need 4 bytes; decoders expect all else in 2. */
    private static int bytes(int tag) {
        return switch (tag) {
            case WIDTH, HEIGHT, ROWS_PER_STRIP, CCITT_3, CCITT_4, TILE_WIDTH, TILE_HEIGHT -> 4;
            case OFFSETS, COUNTS, TILE_OFFSETS, TILE_COUNTS -> 4;
            default -> 2;
        };
    }

    private static void put(byte[] out, int at, int bytes, long value, boolean little) {
        for (int i = 0; i < bytes; i++) out[at + i] = (byte) (value >> 8 * (little ? i : bytes - 1 - i));
    }

    @Override
    public Image decode() throws IOException {
        return Exif.upright(Rasters.rgb(Rasters.read("tiff", plain)), turned);
    }

    @Override
    public Image decode(Window window) throws IOException {
        var picture = Rasters.read("tiff", plain);
        // The JDK gives 65535 - v for v where white is zero; the window that makes 255 - s of it where v's would make
        // s.
        if (whiteIsZero) window = new Window(65536 - window.center(), window.width());
        return Rasters.deepGrey(picture)
                ? Exif.upright(Rasters.shades(picture, window), turned)
                : Encoded.super.decode(window);
    }
}
