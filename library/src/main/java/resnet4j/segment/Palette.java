package resnet4j.segment;

import resnet4j.image.Image;
import resnet4j.image.LabelMap;

/** Pascal VOC's colours: the background is black, pixels that do not count are almost white. */
public final class Palette {
    private static final int[] COLOURS = colours();

    private Palette() {}

    /** A colour, 0xRRGGBB, for each of 256 numbers. */
    public static int[] rgb() {
        return COLOURS.clone();
    }

    private static int[] colours() {
        var colours = new int[256];
        for (int number = 0; number < 256; number++)
            for (int bit = 0, rest = number; rest > 0; bit++, rest >>= 3)
                colours[number] |= (rest & 1) << 23 - bit | (rest >> 1 & 1) << 15 - bit | (rest >> 2 & 1) << 7 - bit;
        return colours;
    }

    /** The picture with its map's colours over it, half of each; the background as it is. */
    public static Image over(Image picture, LabelMap map) {
        if (picture.width() != map.width() || picture.height() != map.height())
            throw new IllegalArgumentException("map: expected the size of its picture, " + picture.width() + "x"
                    + picture.height() + ", got " + map.width() + "x" + map.height());
        var rgb = picture.rgb().clone();
        for (int i = 0; i < map.labels().length; i++) {
            int colour = COLOURS[map.labels()[i] & 255];
            if (colour == 0) continue;
            for (int c = 0; c < 3; c++)
                rgb[3 * i + c] = (byte) (((rgb[3 * i + c] & 255) + (colour >> 16 - 8 * c & 255) + 1) / 2);
        }
        return new Image(picture.width(), picture.height(), rgb);
    }

    /** The map in its colours. */
    public static Image of(LabelMap map) {
        var rgb = new byte[3 * map.labels().length];
        for (int i = 0; i < rgb.length; i++) rgb[i] = (byte) (COLOURS[map.labels()[i / 3] & 255] >> 16 - 8 * (i % 3));
        return new Image(map.width(), map.height(), rgb);
    }
}
