package resnet4j.segment;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import resnet4j.config.Records;
import resnet4j.data.Skipped;
import resnet4j.eval.Score;
import resnet4j.report.Words;

/**
 * How far the pixels taken for a class are those of it, at the pictures' own sizes.
 *
 * @param samples       pictures
 * @param miou          mean of the classes' intersections over unions, of those that occur or were answered
 * @param pixelAccuracy share of the pixels that are right
 * @param loss          mean cross entropy of a picture
 * @param confusion     {@code [truth][answer]} in pixels; those that do not count are left out
 */
public record IouScore(
        int samples,
        double miou,
        double pixelAccuracy,
        double loss,
        List<ClassResult> classes,
        long[][] confusion,
        List<Skipped> skipped)
        implements Score {
    static final String HEADLINE = "miou";

    /**
     * Of one class; NaN where it neither occurs nor was answered.
     *
     * @param iou         pixels that are of it and taken for it, of those that are either
     * @param dice        the same, of the mean of both
     * @param pictureDice mean of {@code dice} over the pictures where it occurs or was answered
     */
    public record ClassResult(String name, double iou, double dice, double pictureDice) {}

    /** @param pictures confusion of each, [truth][answer] row by row */
    static IouScore of(List<String> names, List<long[]> pictures, double loss, List<Skipped> skipped) {
        int n = names.size();
        var all = new long[n * n];
        for (var picture : pictures) for (int i = 0; i < all.length; i++) all[i] += picture[i];
        var classes = new ArrayList<ClassResult>();
        double ious = 0, right = 0, pixels = 0;
        int seen = 0;
        for (int c = 0; c < n; c++) {
            double dice = dice(all, n, c), pictureDice = 0;
            int shown = 0;
            for (var picture : pictures) {
                double one = dice(picture, n, c);
                if (Double.isNaN(one)) continue;
                pictureDice += one;
                shown++;
            }
            double iou = dice / (2 - dice);
            classes.add(new ClassResult(names.get(c), iou, dice, pictureDice / shown));
            if (!Double.isNaN(iou)) {
                ious += iou;
                seen++;
            }
            right += all[c * n + c];
        }
        var confusion = new long[n][n];
        for (int i = 0; i < all.length; i++) {
            confusion[i / n][i % n] = all[i];
            pixels += all[i];
        }
        return new IouScore(pictures.size(), ious / seen, right / pixels, loss, classes, confusion, skipped);
    }

    private static double dice(long[] counts, int n, int c) {
        long both = 0;
        for (int other = 0; other < n; other++) both += counts[c * n + other] + counts[other * n + c];
        return 2.0 * counts[c * n + c] / both; // 0 / 0 where it is nowhere
    }

    @Override
    public Map<String, Double> numbers() {
        var numbers = new LinkedHashMap<String, Double>();
        numbers.put(HEADLINE, miou);
        numbers.put("pixelAccuracy", pixelAccuracy);
        numbers.put("loss", loss);
        return numbers;
    }

    @Override
    public String words() {
        return String.format(
                Locale.ROOT,
                "mean IoU %.2f %%, pixel accuracy %.2f %%, %d pictures",
                100 * miou,
                100 * pixelAccuracy,
                samples);
    }

    @Override
    public List<String> lines() {
        return classes.stream()
                .map(c -> String.format(
                        Locale.ROOT,
                        "  %-20s IoU %.4f, Dice %.4f, of a picture %.4f",
                        Words.shown(c.name),
                        c.iou,
                        c.dice,
                        c.pictureDice))
                .toList();
    }

    @Override
    public Map<String, Object> keys() {
        return Records.fields(this);
    }
}
