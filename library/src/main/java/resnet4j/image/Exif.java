package resnet4j.image;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.HexFormat;
import java.util.regex.Pattern;

/** The one thing a photograph's EXIF data says about its pixels: how the camera was held. */
final class Exif {
    private static final int ORIENTATION = 0x0112;
    private static final Pattern XMP = Pattern.compile("tiff:Orientation(=\"|>)([0-9])");

    private Exif() {}

    /** The orientation in a TIFF block (EXIF 2.3, section 4.6), 1 to 8; 1 where it is absent or makes no sense. */
    static int orientation(byte[] b, int from, int length) {
        return Math.max(1, said(b, from, length));
    }

    /** The same; 0 where nothing is said of it, so that {@link #inXmp} is asked. */
    static int said(byte[] b, int from, int length) {
        for (int i = 0; i < 2 && length >= 6 && new String(b, from, 6, ISO_8859_1).equals("Exif\0\0"); i++) {
            from += 6; // Pillow takes away one or two
            length -= 6;
        }
        if (length < 14) return 0;
        boolean little = b[from] == 'I' && b[from + 1] == 'I';
        if (!little && !(b[from] == 'M' && b[from + 1] == 'M')) return 0;
        if (u16(b, from + 2, little) != 42) return 0;
        long directory = u16(b, from + (little ? 6 : 4), little) * 65536L + u16(b, from + (little ? 4 : 6), little);
        if (directory > length - 2) return 0;
        int at = from + (int) directory;
        int entries = u16(b, at, little);
        at += 2;
        for (int i = 0; i < entries && at + 12 <= from + length; i++, at += 12) {
            if (u16(b, at, little) != ORIENTATION) continue;
            int type = u16(b, at + 2, little), first = u16(b, at + 8, little), second = u16(b, at + 10, little);
            boolean one = u16(b, at + (little ? 4 : 6), little) == 1 && u16(b, at + (little ? 6 : 4), little) == 0;
            int value =
                    switch (type) {
                        case 3, 8 -> first; // SHORT, SSHORT
                        case 4, 9 -> (little ? second : first) == 0 ? (little ? first : second) : 0; // LONG, SLONG
                        default -> 0; // Pillow's exif_transpose turns for whole numbers of two or four bytes alone
                    };
            return one && value >= 1 && value <= 8 ? value : 1;
        }
        return 0;
    }

    /** Of ImageMagick's text: a line feed, the name, the length, and hexadecimal lines; 0 where it says nothing. */
    static int inProfile(byte[] text) {
        var lines = new String(text, ISO_8859_1).split("\n", 4);
        if (lines.length < 4) return 0;
        try {
            byte[] block = HexFormat.of().parseHex(lines[3].replaceAll("\\s", ""));
            return said(block, 0, block.length);
        } catch (IllegalArgumentException e) { // Pillow refuses such a file where its orientation is asked for
            return 0;
        }
    }

    /** Of an XMP packet, as Pillow finds it: an attribute or an element, without reading the XML. */
    static int inXmp(byte[] packet) {
        var found = XMP.matcher(new String(packet, ISO_8859_1));
        int value = found.find() ? found.group(2).charAt(0) - '0' : 1;
        return value >= 1 && value <= 8 ? value : 1;
    }

    private static int u16(byte[] b, int at, boolean little) {
        int first = b[at] & 255, second = b[at + 1] & 255;
        return little ? second << 8 | first : first << 8 | second;
    }

    /** The picture turned upright. */
    static Image upright(Image image, int orientation) {
        int w = image.width(), h = image.height();
        // The source of the result's corner, and the steps in the source for a step right and down in the result.
        return switch (orientation) {
            case 1 -> image;
            case 2 -> map(image, w, h, w - 1, -1, w);
            case 3 -> map(image, w, h, w * h - 1, -1, -w);
            case 4 -> map(image, w, h, w * (h - 1), 1, -w);
            case 5 -> map(image, h, w, 0, w, 1);
            case 6 -> map(image, h, w, w * (h - 1), -w, 1);
            case 7 -> map(image, h, w, w * h - 1, -w, -1);
            case 8 -> map(image, h, w, w - 1, w, -1);
            default -> throw new IllegalArgumentException("orientation: expected 1 to 8, got " + orientation);
        };
    }

    private static Image map(Image image, int width, int height, int corner, int right, int down) {
        byte[] in = image.rgb(), out = new byte[in.length];
        for (int y = 0, to = 0; y < height; y++) {
            int at = corner + y * down;
            for (int x = 0; x < width; x++, at += right, to += 3) {
                out[to] = in[at * 3];
                out[to + 1] = in[at * 3 + 1];
                out[to + 2] = in[at * 3 + 2];
            }
        }
        return new Image(width, height, out);
    }
}
