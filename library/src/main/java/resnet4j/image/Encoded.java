package resnet4j.image;

import java.io.IOException;

/**
 * A picture file whose header was read and whose pixels were not: what the gate looks at. Making one allocates nothing
 * but the header; messages name no file, {@link ImageFile} does.
 */
sealed interface Encoded permits Jpeg, Png, Bmp, Gif, Pnm, Webp, Tiff, Dicom {
    int width();

    int height();

    /** EXIF orientation, 1 to 8; 1 where the file says nothing. */
    default int orientation() {
        return 1;
    }

    /** The pixels in the file's own orientation. Damaged data may also throw a RuntimeException. */
    Image decode() throws IOException;

    /** Values as shades of grey. @throws IOException if the file has no more than 8 bits, or colours */
    default Image decode(Window window) throws IOException {
        throw new IOException("expected grey of more than 8 bits, as a window of values needs (DICOM, or PNG, TIFF or"
                + " PNM of 16 bits), got another picture; give those, or leave the window out");
    }

    /** Recognises the format by its first bytes. */
    static Encoded of(byte[] b) throws IOException {
        Bytes in = new Bytes(b);
        if (in.startsWith(0xFF, 0xD8, 0xFF)) return Jpeg.of(in);
        if (in.startsWith(0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n')) return Png.of(in);
        if (in.startsWith('G', 'I', 'F', '8')) return Gif.of(in);
        if (in.startsWith('B', 'M')) return Bmp.of(in);
        if (b.length > 2 && b[0] == 'P' && b[1] >= '1' && b[1] <= '6') return Pnm.of(b);
        if (in.startsWith('R', 'I', 'F', 'F') && b.length >= 12 && in.text(8, 4).equals("WEBP")) return Webp.of(in);
        if (in.startsWith('I', 'I', 42, 0) || in.startsWith('M', 'M', 0, 42)) return Tiff.of(in);
        if (in.startsWith('I', 'I', 43, 0) || in.startsWith('M', 'M', 0, 43)) return Tiff.of(in);
        if (Dicom.starts(b)) return Dicom.of(in);
        throw new IOException(
                "expected a JPEG, PNG, WebP, TIFF, BMP, GIF, PNM or DICOM picture, got a file that starts with "
                        + in.describeStart() + "; convert it to one of these");
    }
}
