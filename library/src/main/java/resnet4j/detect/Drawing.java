package resnet4j.detect;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.Rectangle;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import resnet4j.image.Box;
import resnet4j.image.Image;
import resnet4j.image.Interpolation;
import resnet4j.image.LabelMap;
import resnet4j.image.Resample;
import resnet4j.image.Step;

/**
 * A picture with what was found in it drawn over: a colour for each class. Small pictures are enlarged, and words stand where
 * they cover nothing else, the surest first: among many small things some go without.
 */
public final class Drawing {
    private static final double GOLDEN = 0.61803398875; // hues far apart for classes that follow each other
    private static final int LEAST_SIDE = 640; // so that small things can be seen
    private static final double HIDDEN = 0.3; // share of another box that words may cover

    private Drawing() {}

    /** A box with words beside it. */
    record Mark(Box box, String words, Color colour) {
        /** What of it a part of the picture shows. */
        Optional<Mark> in(Step.Crop part) {
            return part.on(box).map(shown -> new Mark(shown, words, colour));
        }

        Mark times(int scale) {
            return new Mark(
                    new Box(scale * box.x1(), scale * box.y1(), scale * box.x2(), scale * box.y2()), words, colour);
        }
    }

    /**
     * In the picture's own pixels, or whole multiples of them if it is small.
     *
     * @param found      surest first
     * @param classNames by label
     */
    public static Image of(Image picture, List<Detection> found, List<String> classNames) {
        int scale = Math.max(1, LEAST_SIDE / Math.max(picture.width(), picture.height()));
        var larger = larger(picture, scale);
        var canvas = canvas(larger);
        for (var one : found) one.mask().ifPresent(mask -> tint(canvas, mask, scale, colour(one.label())));
        var graphics = canvas.createGraphics();
        try {
            int size = begin(graphics, larger);
            for (var one : found) {
                graphics.setColor(colour(one.label()));
                for (var point : one.keypoints())
                    graphics.fillOval(
                            (int) (scale * point.x()) - size / 4,
                            (int) (scale * point.y()) - size / 4,
                            size / 2,
                            size / 2);
            }
            var marks = found.stream()
                    .map(one -> new Mark(
                                    one.box(),
                                    String.format(Locale.ROOT, "%s %.2f", classNames.get(one.label()), one.score()),
                                    colour(one.label()))
                            .times(scale))
                    .toList();
            draw(graphics, size, larger, marks);
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
            draw(graphics, begin(graphics, picture), picture, marks);
        } finally {
            graphics.dispose();
        }
        return Image.of(canvas);
    }

    /** A picture {@code scale} times as large. */
    static Image larger(Image picture, int scale) {
        if (scale == 1) return picture;
        return Resample.resize(picture, scale * picture.width(), scale * picture.height(), Interpolation.BILINEAR);
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

    private static void draw(Graphics2D graphics, int size, Image picture, List<Mark> marks) {
        for (int i = marks.size() - 1; i >= 0; i--) {
            graphics.setColor(marks.get(i).colour);
            graphics.draw(rectangle(marks.get(i).box));
        }
        var boxes = marks.stream().map(mark -> rectangle(mark.box)).toList();
        var written = new ArrayList<Rectangle>();
        for (var mark : marks) {
            if (mark.words.isEmpty()) continue;
            int width = graphics.getFontMetrics().stringWidth(mark.words) + 4;
            place(rectangle(mark.box), width, size + 2, picture, boxes, written).ifPresent(at -> {
                written.add(at);
                graphics.setColor(mark.colour);
                graphics.fill(at);
                graphics.setColor(Color.BLACK);
                graphics.drawString(mark.words, at.x + 2, at.y + size - 1);
            });
        }
    }

    /** Where words of this size can stand: above their box, below it, or in it; nowhere if they would cover too much. */
    static Optional<Rectangle> place(
            Rectangle box, int width, int height, Image picture, List<Rectangle> boxes, List<Rectangle> written) {
        int x = Math.max(0, Math.min(box.x, picture.width() - width));
        return IntStream.of(box.y - height, box.y + box.height + 1, box.y)
                .filter(y -> y >= 0 && y + height <= picture.height())
                .mapToObj(y -> new Rectangle(x, y, width, height))
                .filter(at -> written.stream().noneMatch(at::intersects))
                .filter(at -> boxes.stream().noneMatch(other -> area(at.intersection(other)) > HIDDEN * area(other)))
                .findFirst();
    }

    private static double area(Rectangle r) {
        return r.isEmpty() ? 0 : (double) r.width * r.height;
    }

    private static Rectangle rectangle(Box box) {
        int x = (int) box.x1(), y = (int) box.y1();
        return new Rectangle(x, y, (int) (box.x2() - box.x1()), (int) (box.y2() - box.y1()));
    }

    private static int rgb(byte[] rgb, int pixel) {
        return (rgb[3 * pixel] & 255) << 16 | (rgb[3 * pixel + 1] & 255) << 8 | rgb[3 * pixel + 2] & 255;
    }

    private static Color colour(int label) {
        return Color.getHSBColor((float) (label * GOLDEN % 1), 0.65f, 1);
    }

    private static void tint(BufferedImage canvas, LabelMap mask, int scale, Color colour) {
        for (int y = 0; y < canvas.getHeight(); y++)
            for (int x = 0; x < canvas.getWidth(); x++) {
                if (mask.at(x / scale, y / scale) == 0) continue;
                int mixed = 0;
                for (int shift = 0; shift <= 16; shift += 8)
                    mixed |= ((canvas.getRGB(x, y) >> shift & 255) + (colour.getRGB() >> shift & 255)) / 2 << shift;
                canvas.setRGB(x, y, mixed);
            }
    }
}
