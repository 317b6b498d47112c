package resnet4j.detect;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Locale;
import resnet4j.image.Box;
import resnet4j.image.Image;

/** A picture with what was found in it drawn over: a colour for each class. */
public final class Drawing {
    private static final double GOLDEN = 0.61803398875; // hues far apart for classes that follow each other

    private Drawing() {}

    /** A box with words at its upper edge. */
    record Mark(Box box, String words, Color colour) {}

    /** @param classNames by label */
    public static Image of(Image picture, List<Detection> found, List<String> classNames) {
        var canvas = canvas(picture);
        for (var one : found) one.mask().ifPresent(mask -> tint(canvas, mask.labels(), colour(one.label())));
        var graphics = canvas.createGraphics();
        try {
            int size = begin(graphics, picture);
            for (int i = found.size() - 1; i >= 0; i--) { // the surest over the others
                var one = found.get(i);
                graphics.setColor(colour(one.label()));
                for (var point : one.keypoints())
                    graphics.fillOval((int) point.x() - size / 4, (int) point.y() - size / 4, size / 2, size / 2);
                var words = String.format(Locale.ROOT, "%s %.2f", classNames.get(one.label()), one.score());
                mark(graphics, size, new Mark(one.box(), words, colour(one.label())));
            }
        } finally {
            graphics.dispose();
        }
        return Image.of(canvas);
    }

    /** A picture with boxes, the first over the others. */
    static Image of(Image picture, List<Mark> marks) {
        var canvas = canvas(picture);
        var graphics = canvas.createGraphics();
        try {
            int size = begin(graphics, picture);
            for (int i = marks.size() - 1; i >= 0; i--) mark(graphics, size, marks.get(i));
        } finally {
            graphics.dispose();
        }
        return Image.of(canvas);
    }

    private static BufferedImage canvas(Image picture) {
        var canvas = new BufferedImage(picture.width(), picture.height(), BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < picture.width() * picture.height(); i++)
            canvas.setRGB(i % picture.width(), i / picture.width(), rgb(picture.rgb(), i));
        return canvas;
    }

    /** Gives the height of letters. */
    private static int begin(Graphics2D graphics, Image picture) {
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        int size = Math.max(10, Math.min(picture.width(), picture.height()) / 40);
        graphics.setFont(new Font(Font.SANS_SERIF, Font.BOLD, size));
        graphics.setStroke(new BasicStroke(Math.max(1, size / 7f)));
        return size;
    }

    private static void mark(Graphics2D graphics, int size, Mark mark) {
        var b = mark.box;
        graphics.setColor(mark.colour);
        int x = (int) b.x1(), y = (int) b.y1();
        graphics.drawRect(x, y, (int) (b.x2() - b.x1()), (int) (b.y2() - b.y1()));
        if (mark.words.isEmpty()) return;
        int top = y >= size + 2 ? y - size - 2 : y;
        int width = graphics.getFontMetrics().stringWidth(mark.words);
        graphics.fillRect(x, top, width + 4, size + 2);
        graphics.setColor(Color.BLACK);
        graphics.drawString(mark.words, x + 2, top + size - 1);
    }

    private static int rgb(byte[] rgb, int pixel) {
        return (rgb[3 * pixel] & 255) << 16 | (rgb[3 * pixel + 1] & 255) << 8 | rgb[3 * pixel + 2] & 255;
    }

    private static Color colour(int label) {
        return Color.getHSBColor((float) (label * GOLDEN % 1), 0.65f, 1);
    }

    private static void tint(BufferedImage canvas, byte[] mask, Color colour) {
        for (int i = 0; i < mask.length; i++) {
            if (mask[i] == 0) continue;
            int x = i % canvas.getWidth(), y = i / canvas.getWidth(), mixed = 0;
            for (int shift = 0; shift <= 16; shift += 8)
                mixed |= ((canvas.getRGB(x, y) >> shift & 255) + (colour.getRGB() >> shift & 255)) / 2 << shift;
            canvas.setRGB(x, y, mixed);
        }
    }
}
