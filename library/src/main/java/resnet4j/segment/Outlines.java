package resnet4j.segment;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import resnet4j.image.LabelMap;

/**
 * How well the outlines of an answer follow the true ones. Csurka et al. 2013, "What is a good evaluation measure for
 * semantic segmentation?", BMVC, with the tolerance of 0.75 % of the picture's diagonal.
 *
 * <p>On the outline of a class are its pixels that have another one's above, below, or beside them. The picture's edge
 * makes no outline, and neither do pixels that do not count.
 */
final class Outlines {
    private static final double TOLERANCE = 0.0075;

    private Outlines() {}

    /**
     * Of each class the F1 of two shares: of the answer's outline that has the true one within the tolerance, and of the
     * true one that has the answer's; 0 where only one of them is there, NaN where none is.
     *
     * @param answer the class of each pixel
     */
    static double[] f1(LabelMap truth, long[] answer, int classes) {
        int width = truth.width(), height = truth.height();
        var said = new byte[answer.length];
        for (int i = 0; i < said.length; i++)
            said[i] = (byte) ((truth.labels()[i] & 255) == LabelMap.IGNORED ? LabelMap.IGNORED : answer[i]);
        var trueOutline = outline(truth.labels(), width, height);
        var saidOutline = outline(said, width, height);
        var around = around(TOLERANCE * Math.hypot(width, height));
        var precision = shares(saidOutline, trueOutline, width, height, around, classes);
        var recall = shares(trueOutline, saidOutline, width, height, around, classes);
        var f1 = new double[classes];
        for (int c = 0; c < classes; c++) {
            boolean one = !Double.isNaN(precision[c]), other = !Double.isNaN(recall[c]);
            if (one && other && precision[c] + recall[c] > 0)
                f1[c] = 2 * precision[c] * recall[c] / (precision[c] + recall[c]);
            else f1[c] = one || other ? 0 : Double.NaN;
        }
        return f1;
    }

    /** The labels of pixels on outlines; others are {@link LabelMap#IGNORED}. */
    private static byte[] outline(byte[] labels, int width, int height) {
        var outline = new byte[labels.length];
        Arrays.fill(outline, (byte) LabelMap.IGNORED);
        for (int y = 0, at = 0; y < height; y++)
            for (int x = 0; x < width; x++, at++) {
                byte own = labels[at];
                if (x > 0 && differs(own, labels[at - 1])
                        || x < width - 1 && differs(own, labels[at + 1])
                        || y > 0 && differs(own, labels[at - width])
                        || y < height - 1 && differs(own, labels[at + width])) outline[at] = own;
            }
        return outline;
    }

    private static boolean differs(byte own, byte other) {
        return own != other && (other & 255) != LabelMap.IGNORED;
    }

    /** The steps to all places within a distance, nearest first. */
    private static List<int[]> around(double distance) {
        int far = (int) distance;
        var steps = new ArrayList<int[]>();
        for (int dy = -far; dy <= far; dy++)
            for (int dx = -far; dx <= far; dx++)
                if (dx * dx + dy * dy <= distance * distance) steps.add(new int[] {dx, dy});
        steps.sort(Comparator.comparingInt(s -> s[0] * s[0] + s[1] * s[1]));
        return steps;
    }

    /** Of each class's outline the share that has the same class's of {@code others} around it; NaN where it has none. */
    private static double[] shares(
            byte[] outline, byte[] others, int width, int height, List<int[]> around, int classes) {
        var matched = new double[classes];
        var all = new double[classes];
        for (int y = 0, at = 0; y < height; y++)
            for (int x = 0; x < width; x++, at++) {
                int label = outline[at] & 255;
                if (label == LabelMap.IGNORED) continue;
                all[label]++;
                for (var step : around) {
                    int px = x + step[0], py = y + step[1];
                    if (px < 0 || py < 0 || px >= width || py >= height || others[py * width + px] != outline[at])
                        continue;
                    matched[label]++;
                    break;
                }
            }
        for (int c = 0; c < classes; c++) matched[c] /= all[c];
        return matched;
    }
}
