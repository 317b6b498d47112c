package resnet4j.report;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import javax.imageio.ImageIO;
import resnet4j.image.Image;

/** Pictures inside a page. */
final class Pictures {
    /** Pictures are shown about this many pixels wide on a dense screen; larger ones are made smaller. */
    private static final int LARGEST = 320;

    /** Beyond this many pictures a card takes half of the page's width. */
    private static final int HALF_A_ROW = 4;

    /** Of several side by side. */
    private static final int LARGEST_OF_SEVERAL = 224;

    private Pictures() {}

    /** Pictures with what is said of them, side by side. */
    static Markup cards(Block.Cards cards) {
        var grid = new Markup().open("div", "class", "pictures");
        for (var card : cards.cards()) {
            int several = card.pictures().size();
            var kind = cards.wide() ? "wide-card" : several > HALF_A_ROW ? "many" : several > 1 ? "several" : null;
            grid.open("figure", "class", kind);
            grid.open("div", "class", "row");
            for (var shown : card.pictures()) {
                grid.open("div")
                        .empty(
                                "img",
                                "class",
                                small(shown.picture()) ? "small" : null,
                                "src",
                                uri(shown.picture(), several > 1 && !cards.wide() ? LARGEST_OF_SEVERAL : LARGEST),
                                "alt",
                                shown.alt());
                if (!shown.caption().isEmpty()) grid.leaf("div", shown.caption(), "class", "under");
                grid.close();
            }
            grid.close();
            caption(grid, card);
            grid.close();
        }
        return grid.close();
    }

    private static void caption(Markup grid, Block.Card card) {
        if (card.heading().isEmpty() && card.lines().isEmpty() && card.source().isEmpty()) return;
        grid.open("figcaption");
        if (!card.heading().isEmpty())
            grid.open("div", "class", "taken").leaf("bdi", card.heading()).close();
        for (var line : card.lines())
            grid.open("div", "class", "truth").leaf("bdi", line).close();
        if (!card.source().isEmpty())
            grid.open("div", "class", "file")
                    .open("bdi")
                    .path(card.source())
                    .close()
                    .close();
        grid.close();
    }

    /** Whether a picture is so small that its pixels are to be seen. */
    static boolean small(Image image) {
        return Math.max(image.width(), image.height()) <= 64;
    }

    /** A {@code data:} URI of the picture: PNG if it is small, else JPEG. */
    static String uri(Image image) {
        return uri(image, LARGEST);
    }

    private static String uri(Image image, int largest) {
        boolean small = small(image);
        var bytes = new ByteArrayOutputStream();
        try {
            if (!ImageIO.write(shrunk(image, largest), small ? "png" : "jpeg", bytes))
                throw new IllegalStateException("pictures: expected a JDK that writes PNG and JPEG");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return "data:image/" + (small ? "png" : "jpeg") + ";base64,"
                + Base64.getEncoder().encodeToString(bytes.toByteArray());
    }

    /** The picture with whole squares of pixels averaged, until it is not too large. */
    private static BufferedImage shrunk(Image image, int largest) {
        int side = Math.max(image.width(), image.height());
        int by = Math.max(1, largest == LARGEST ? side / largest : (side + largest - 1) / largest);
        int width = Math.max(1, image.width() / by);
        int height = Math.max(1, image.height() / by);
        var shrunk = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++) shrunk.setRGB(x, y, mean(image, x * by, y * by, by));
        return shrunk;
    }

    private static int mean(Image image, int left, int top, int size) {
        int right = Math.min(image.width(), left + size);
        int bottom = Math.min(image.height(), top + size);
        int rgb = 0;
        for (int channel = 0; channel < 3; channel++) {
            long sum = 0;
            for (int y = top; y < bottom; y++)
                for (int x = left; x < right; x++) sum += image.rgb()[(y * image.width() + x) * 3 + channel] & 0xFF;
            rgb = rgb << 8 | (int) (sum / ((long) (right - left) * (bottom - top)));
        }
        return rgb;
    }
}
