package resnet4j.image;

import java.io.IOException;

/**
 * The one scan of a baseline or extended sequential JPEG, read to count its blocks and not to decode them: where a file has
 * no end marker, decoders fill what is missing with grey and do not say so.
 *
 * <p>Pillow wants up to seven bytes behind the last block, by how its bits lie, and reads the file then, whatever they are.
 * Here two are enough, as many as the marker has.
 */
final class JpegScan {
    private final Bytes in;
    private final int frame;
    private final HuffmanCode[] dc = new HuffmanCode[4], ac = new HuffmanCode[4];
    private int restartInterval;
    private int at, bits, left; // the next byte, and the last bits of those before it
    private boolean over; // a marker, the end of the file, or what no block has

    /**
     * @param frame where the length of the frame header lies
     * @param scan  where that of the scan header lies
     */
    JpegScan(Bytes in, int frame, int scan) throws IOException {
        this.in = in;
        this.frame = frame;
        at = 2;
        while (at < scan - 2) {
            while (in.u8(at) != 0xFF) at++;
            while (in.u8(at) == 0xFF) at++;
            int marker = in.u8(at++);
            if (marker <= 0x01 || marker >= 0xD0 && marker <= 0xD8) continue;
            if (marker == 0xC4) tables(at + 2, at + in.u16be(at));
            if (marker == 0xDD) restartInterval = in.u16be(at + 2);
            at += Math.max(2, in.u16be(at));
        }
        at = scan;
    }

    private void tables(int from, int to) throws IOException {
        while (from + 17 <= to) {
            int place = in.u8(from), symbols = 0;
            for (int i = 1; i <= 16; i++) symbols += in.u8(from + i);
            if (place >> 4 < 2 && (place & 15) < 4) (place >> 4 == 0 ? dc : ac)[place & 15] = new HuffmanCode(from + 1);
            from += 17 + symbols;
        }
    }

    /** Where the data of a scan that has all blocks of the picture end; -1 where some are missing, or another scan has them. */
    int end() throws IOException {
        int components = in.u8(frame + 7), inScan = in.u8(at + 2);
        if (inScan != components) return -1;
        int across = 1, down = 1; // of the finest component, in blocks of a unit
        for (int c = 0; c < components; c++) {
            int sampling = in.u8(frame + 9 + 3 * c);
            across = Math.max(across, sampling >> 4);
            down = Math.max(down, sampling & 15);
        }
        if (components == 1) across = down = 1;
        var blocks = new int[components];
        var codes = new HuffmanCode[2 * components];
        for (int c = 0; c < components; c++) {
            int sampling = in.u8(frame + 9 + 3 * c), tables = in.u8(at + 4 + 2 * c);
            blocks[c] = components == 1 ? 1 : (sampling >> 4) * (sampling & 15);
            codes[2 * c] = dc[tables >> 4 & 3];
            codes[2 * c + 1] = ac[tables & 3];
            if (codes[2 * c] == null || codes[2 * c + 1] == null) return -1;
        }
        int width = in.u16be(frame + 5), height = in.u16be(frame + 3);
        long units = (long) ((width + 8 * across - 1) / (8 * across)) * ((height + 8 * down - 1) / (8 * down));
        at += in.u16be(at);
        for (long unit = 0; unit < units && !over; unit++) {
            if (restartInterval > 0 && unit > 0 && unit % restartInterval == 0) restart((int) (unit / restartInterval));
            for (int c = 0; c < components; c++)
                for (int block = 0; block < blocks[c] && !over; block++) block(codes[2 * c], codes[2 * c + 1]);
        }
        return over || in.length() - at < 2 ? -1 : at;
    }

    private void block(HuffmanCode dc, HuffmanCode ac) throws IOException {
        take(dc.next());
        for (int k = 1; k < 64 && !over; k++) {
            int symbol = ac.next(), zeros = symbol >> 4, size = symbol & 15;
            if (size == 0 && zeros < 15) return; // the rest of the block is 0
            k += zeros;
            take(size);
        }
    }

    private void restart(int number) throws IOException {
        left = 0;
        while (at + 1 < in.length() && in.u8(at) == 0xFF && in.u8(at + 1) == 0xFF) at++;
        over = at + 2 > in.length() || in.u16be(at) != 0xFFD0 + (number - 1) % 8;
        at += 2;
    }

    /** The next bits; 0 if they are not there. */
    private int take(int count) throws IOException {
        over |= count > 16;
        while (!over && left < count) {
            boolean stuffed = at + 1 < in.length() && in.u16be(at) == 0xFF00;
            over = at == in.length() || in.u8(at) == 0xFF && !stuffed;
            if (over) break;
            bits = bits << 8 | in.u8(at);
            at += stuffed ? 2 : 1;
            left += 8;
        }
        if (over) return 0;
        left -= count;
        return bits >> left & (1 << count) - 1;
    }

    /** ITU-T T.81, annex C and figure F.16. */
    private final class HuffmanCode {
        private final int counts; // where the numbers of codes of 1 to 16 bits lie, the symbols behind them

        HuffmanCode(int counts) throws IOException {
            this.counts = counts;
        }

        int next() throws IOException {
            int code = 0, first = 0, symbol = counts + 16;
            for (int i = 0; i < 16; i++) {
                int count = in.u8(counts + i);
                code = code << 1 | take(1);
                first <<= 1;
                if (over) return 0;
                if (code - first < count) return in.u8(symbol + code - first);
                first += count;
                symbol += count;
            }
            over = true; // no such code
            return 0;
        }
    }
}
