package resnet4j.image;

/** Pictures and tables for tests. */
final class Pictures {
    private Pictures() {}

    /** The picture that scripts/parity/resample_table.py makes. */
    static Image byFormula(int width, int height) {
        byte[] rgb = new byte[width * height * 3];
        for (int y = 0, i = 0; y < height; y++)
            for (int x = 0; x < width; x++)
                for (int c = 0; c < 3; c++) rgb[i++] = (byte) (x * (37 + c) + y * (91 - 7 * c) + x * y);
        return new Image(width, height, rgb);
    }

    /** Grey of one value per pixel, row by row. */
    static Image grey(int width, int height, int... values) {
        byte[] rgb = new byte[width * height * 3];
        for (int i = 0; i < rgb.length; i++) rgb[i] = (byte) values[i / 3];
        return new Image(width, height, rgb);
    }

    static int[] reds(Image image) {
        int[] values = new int[image.width() * image.height()];
        for (int i = 0; i < values.length; i++) values[i] = image.rgb()[i * 3] & 255;
        return values;
    }
}
