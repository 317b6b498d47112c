package resnet4j.image;

import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import java.io.IOException;
import java.util.Arrays;

/**
 * A WebP file (RFC 9649), of which the first frame counts.
 *
 * @param left  where the frame lies on the canvas, black around it
 * @param plain a file with the frame's colours alone: no transparency, profile or metadata reaches the decoder
 */
record Webp(int width, int height, int left, int top, int orientation, byte[] plain) implements Encoded {

    static Webp of(Bytes in) throws IOException {
        int end = Math.addExact(in.i32le(4), 8);
        in.need(0, end);
        int at = 12, width = 0, height = 0, left = 0, top = 0, orientation = 0;
        byte[] xmp = {};
        Webp frame = null;
        while (at + 8 <= end) {
            var kind = in.text(at, 4);
            int length = in.i32le(at + 4), data = at + 8, next = behind(in, at);
            boolean animated = kind.equals("ANMF");
            if (kind.equals("VP8X")) {
                width = 1 + in.u24le(data + 4);
                height = 1 + in.u24le(data + 7);
            } else if (frame == null && animated) {
                left = 2 * in.u24le(data);
                top = 2 * in.u24le(data + 3);
                for (int inner = data + 16; frame == null && inner + 8 <= data + length; )
                    if (in.text(inner, 4).startsWith("VP8")) frame = frame(in, inner);
                    else inner = behind(in, inner);
            } else if (frame == null && (kind.equals("VP8 ") || kind.equals("VP8L"))) {
                frame = frame(in, at);
            } else if (kind.equals("EXIF") && orientation == 0) {
                orientation = Exif.said(in.array(), data, length);
            } else if (kind.equals("XMP ")) {
                xmp = Arrays.copyOfRange(in.array(), data, data + length);
            }
            at = next;
        }
        if (frame == null) throw new IOException("expected a frame, the WebP has none");
        if (width == 0) width = frame.width;
        if (height == 0) height = frame.height;
        if (left + frame.width > width || top + frame.height > height)
            throw new IOException("expected a frame inside " + width + "x" + height + ", the WebP has one of "
                    + frame.width + "x" + frame.height + " at " + left + "," + top);
        if (orientation == 0) orientation = Exif.inXmp(xmp);
        return new Webp(width, height, left, top, orientation, frame.plain);
    }

    /** Where the next chunk begins, after one that is there to its end. */
    private static int behind(Bytes in, int at) throws IOException {
        int length = in.i32le(at + 4);
        in.need(at + 8, length);
        return at + 8 + length + (length & 1);
    }

    /** The size that a chunk's own header says, and a file of that chunk. */
    private static Webp frame(Bytes in, int at) throws IOException {
        int length = in.i32le(at + 4), data = at + 8;
        in.need(data, length);
        int width, height;
        if (in.text(at, 4).equals("VP8L")) {
            if (in.u8(data) != 0x2F) throw new IOException("expected lossless data, the WebP is damaged");
            int sizes = in.i32le(data + 1);
            width = 1 + (sizes & 0x3FFF);
            height = 1 + (sizes >> 14 & 0x3FFF);
        } else {
            if ((in.u8(data) & 1) != 0 || in.u24le(data + 3) != 0x2A019D)
                throw new IOException("expected a key frame, the WebP is damaged");
            width = in.u16le(data + 6) & 0x3FFF;
            height = in.u16le(data + 8) & 0x3FFF;
        }
        int padded = length + (length & 1);
        byte[] plain = new byte[20 + padded];
        System.arraycopy(in.array(), 0, plain, 0, 12); // RIFF, size, WEBP
        for (int i = 0; i < 4; i++) plain[4 + i] = (byte) (12 + padded >> 8 * i);
        System.arraycopy(in.array(), at, plain, 12, 8 + length);
        return new Webp(width, height, 0, 0, 1, plain);
    }

    @Override
    public Image decode() throws IOException {
        var frame = Rasters.rgb(
                Rasters.with(new WebPImageReaderSpi().createReaderInstance(null), plain, reader -> reader.read(0)));
        return Transforms.crop(frame, -left, -top, width, height, Transforms.Padding.ZERO);
    }
}
