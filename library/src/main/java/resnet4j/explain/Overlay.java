package resnet4j.explain;

import java.awt.Color;
import java.awt.Font;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import resnet4j.image.Image;

/** Heat laid over its picture, for people. */
public final class Overlay {
    private static final double HEAT = .5; // share of the colour, as pytorch-grad-cam's

    private Overlay() {}

    /** The picture under {@code heat} of the same size: blue is least, red is most. */
    public static Image of(Image picture, Heat heat) {
        if (picture.width() != heat.width() || picture.height() != heat.height())
            throw new IllegalArgumentException("heat: expected " + picture.height() + "x" + picture.width()
                    + " as the picture has, got " + heat.height() + "x" + heat.width());
        var shown = heat.scaled().values();
        var rgb = new byte[picture.rgb().length];
        for (int i = 0; i < shown.length; i++)
            for (int c = 0; c < 3; c++)
                rgb[3 * i + c] = (byte)
                        Math.round(HEAT * 255 * jet(shown[i], c) + (1 - HEAT) * (picture.rgb()[3 * i + c] & 255));
        return new Image(picture.width(), picture.height(), rgb);
    }

    /** The colours from blue over cyan, yellow to red: each a trapezoid. */
    private static double jet(float value, int channel) {
        double centre = channel == 0 ? .75 : channel == 1 ? .5 : .25;
        return Math.min(1, Math.max(0, 1.5 - 4 * Math.abs(value - centre)));
    }

    /** A picture with words under it, black on white, as small as they have to be. */
    static Image captioned(Image picture, String words) {
        int size = Math.max(9, Math.min(14, picture.width() / 9)), below = size + 6;
        var drawn = new BufferedImage(picture.width(), picture.height() + below, BufferedImage.TYPE_INT_RGB);
        var graphics = drawn.createGraphics();
        try {
            graphics.setColor(Color.WHITE);
            graphics.fillRect(0, 0, drawn.getWidth(), drawn.getHeight());
            graphics.drawImage(picture.toBufferedImage(), 0, 0, null);
            graphics.setColor(Color.BLACK);
            graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
            graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, size));
            graphics.drawString(words, 2, picture.height() + size + 1);
        } finally {
            graphics.dispose();
        }
        return Image.of(drawn);
    }

    /** Pictures of one size side by side, {@code columns} to a row, on white. */
    public static Image sheet(List<Image> pictures, int columns) {
        int width = pictures.get(0).width(), height = pictures.get(0).height(), gap = 4;
        int rows = (pictures.size() + columns - 1) / columns;
        int wide = columns * (width + gap) + gap, high = rows * (height + gap) + gap;
        var rgb = new byte[3 * wide * high];
        Arrays.fill(rgb, (byte) 255);
        for (int p = 0; p < pictures.size(); p++) {
            int top = gap + p / columns * (height + gap), left = gap + p % columns * (width + gap);
            for (int y = 0; y < height; y++)
                System.arraycopy(pictures.get(p).rgb(), 3 * y * width, rgb, 3 * ((top + y) * wide + left), 3 * width);
        }
        return new Image(wide, high, rgb);
    }
}
