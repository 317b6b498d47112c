package resnet4j.image;

import java.io.IOException;

/** A Windows or OS/2 bitmap. */
record Bmp(int width, int height, byte[] bytes) implements Encoded {

    static Bmp of(Bytes in) throws IOException {
        int header = in.i32le(14);
        if (header == 12) return new Bmp(in.u16le(18), in.u16le(20), in.array());
        if (header < 40 || header > 124)
            throw new IOException("expected a BMP header of 12 or 40 to 124 bytes, got " + (header & 0xFFFFFFFFL));
        int width = in.i32le(18), height = Math.abs(in.i32le(22)), bits = in.u16le(28), compression = in.i32le(30);
        if (compression < 0 || compression > 3)
            throw new IOException("expected a BMP without or with run-length compression, got kind " + compression);
        if (compression == 0 || compression == 3) {
            long row = ((long) width * bits + 31) / 32 * 4;
            if (row * height > in.length())
                throw new IOException(
                        "expected " + row * height + " bytes of pixels, the BMP is cut off; fetch it again");
        }
        return new Bmp(width, height, in.array());
    }

    @Override
    public Image decode() throws IOException {
        return Rasters.rgb(Rasters.read("bmp", bytes));
    }
}
