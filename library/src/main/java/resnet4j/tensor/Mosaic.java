package resnet4j.tensor;

import java.util.List;
import resnet4j.array.DType;

/**
 * How pictures lie for {@link Winograd}'s tiles: each alone, or many small ones side by side in rows, with a line of zeros
 * after each, so that tiles are cut across them. A 3x3 convolution of the whole is that of every picture, but for what
 * rounding loses, which is in proportion to the largest number of a tile, and so to a neighbour's.
 *
 * @param images pictures of {@code high} times {@code wide} pixels
 * @param across pictures of a row; 0 where each is alone
 */
record Mosaic(Winograd way, long images, long high, long wide, long across) {
    /** Laying pictures together, which copies them, is worth it for this share of the tiles, or less. */
    private static final double LESS = 0.85;

    /** Tiles of a row at most: rows are then short, and alike for any number of pictures. */
    private static final long WIDEST = 32;

    /** The one with the fewest tiles. @param shape of the pictures, [N,C,H,W] */
    static Mosaic of(Winograd way, List<Long> shape) {
        var alone = alone(way, shape);
        var best = alone;
        for (long across = 1; across <= alone.images; across++) {
            var mosaic = new Mosaic(way, alone.images, alone.high, alone.wide, across);
            if (way.tiles(across * (alone.wide + 1)) > WIDEST) break;
            if (mosaic.tiles() <= Math.min(best.tiles(), LESS * alone.tiles())) best = mosaic;
        }
        return best;
    }

    static Mosaic alone(Winograd way, List<Long> shape) {
        return new Mosaic(way, shape.get(0), shape.get(2), shape.get(3), 0);
    }

    /** How many cover all pictures. */
    long tiles() {
        return across == 0
                ? images * way.tiles(high) * way.tiles(wide)
                : way.tiles(down() * (high + 1)) * way.tiles(across * (wide + 1));
    }

    /** Products of all tiles, of a channel in with one out. */
    long products() {
        return tiles() * way.places();
    }

    private long down() {
        return (images + across - 1) / across;
    }

    /** [N,C,H,W] of any type -> [N,C,H,W] or [1,C,down*(H+1),across*(W+1)], in 32-bit floats, channels-last. */
    Tensor laid(Tensor x) {
        if (across == 0) return x.to(DType.F32).channelsLast();
        long channels = x.size(1), down = down();
        var all = Tensor.empty(DType.F32, down, high + 1, across, wide + 1, channels);
        var zero = Tensor.zeros(1);
        all.narrow(1, high, 1).set(zero);
        all.narrow(3, wide, 1).set(zero);
        long missing = down * across - images;
        if (missing > 0)
            all.narrow(0, down - 1, 1).narrow(2, across - missing, missing).set(zero);
        move(x.permute(0, 2, 3, 1), all, false);
        return all.reshape(1, down * (high + 1), across * (wide + 1), channels).permute(0, 3, 1, 2);
    }

    /** Back: [N,C,H,W] channels-last of that type. */
    Tensor taken(Tensor laid, DType type) {
        if (across == 0) return laid.to(type);
        long channels = laid.size(1);
        var y = Tensor.emptyChannelsLast(type, images, channels, high, wide);
        var all = laid.permute(0, 2, 3, 1).reshape(down(), high + 1, across, wide + 1, channels);
        move(y.permute(0, 2, 3, 1), all, true);
        return y;
    }

    /** Between pictures [N,H,W,C] and their places in the whole, full rows of pictures first. */
    private void move(Tensor pictures, Tensor all, boolean back) {
        long full = images / across, rest = images % across;
        if (full > 0) move(pictures.narrow(0, 0, full * across), all.narrow(0, 0, full), across, back);
        if (rest > 0) move(pictures.narrow(0, full * across, rest), all.narrow(0, full, 1), rest, back);
    }

    private void move(Tensor pictures, Tensor rows, long across, boolean back) {
        var places = rows.narrow(1, 0, high).narrow(2, 0, across).narrow(3, 0, wide);
        var inRows =
                pictures.reshape(rows.size(0), across, high, wide, rows.size(4)).permute(0, 2, 1, 3, 4);
        if (back) inRows.set(places);
        else places.set(inRows);
    }
}
