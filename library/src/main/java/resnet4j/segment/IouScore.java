package resnet4j.segment;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import resnet4j.config.Records;
import resnet4j.data.Skipped;
import resnet4j.eval.Interval;
import resnet4j.eval.Score;
import resnet4j.report.Words;

/**
 * How far the pixels taken for a class are those of it, at the pictures' own sizes.
 *
 * @param samples       pictures
 * @param miou          mean of the classes' intersections over unions, of those that occur or were answered
 * @param pixelAccuracy share of the pixels that are right
 * @param boundaryF1    how well outlines are followed, see {@link Outlines}: mean over the pictures of the mean over the
 *                      classes of a picture
 * @param loss          mean cross entropy of a picture
 * @param confusion     {@code [truth][answer]} in pixels; those that do not count are left out
 * @param worst         pictures by their own mean IoU, the least first
 * @param best          the same from the other end
 * @param intervals     of the mean IoU and the pixel accuracy by draws of pictures, of boundary F1 by the normal
 *                      distribution; none of one picture
 */
public record IouScore(
        int samples,
        double miou,
        double pixelAccuracy,
        double boundaryF1,
        double loss,
        List<ClassResult> classes,
        long[][] confusion,
        List<PictureResult> worst,
        List<PictureResult> best,
        List<Skipped> skipped,
        Map<String, Interval> intervals)
        implements Score {
    static final String HEADLINE = "miou";
    private static final int NAMED = 4; // of the best and of the worst pictures

    /**
     * Of one class; NaN where it neither occurs nor was answered.
     *
     * @param iou         pixels that are of it and taken for it, of those that are either
     * @param dice        the same, of the mean of both
     * @param pictureDice mean of {@code dice} over the pictures where it occurs or was answered
     * @param boundaryF1  mean over the pictures where it has an outline or was given one
     */
    public record ClassResult(String name, double iou, double dice, double pictureDice, double boundaryF1) {}

    /** Of one picture. @param index in the dataset @param miou mean IoU of the classes that it has or was said to have */
    public record PictureResult(int index, String picture, double miou) {}

    static IouScore of(List<String> names, List<PictureScore> pictures, double loss, List<Skipped> skipped) {
        int n = names.size();
        var all = new long[n * n];
        for (var picture : pictures) for (int i = 0; i < all.length; i++) all[i] += picture.confusion()[i];
        var classes = new ArrayList<ClassResult>();
        var confusion = new long[n][n];
        long right = 0, pixels = 0;
        for (int c = 0; c < n; c++) {
            int own = c;
            double dice = PictureScore.dice(all, n, c);
            classes.add(new ClassResult(
                    names.get(c),
                    dice / (2 - dice),
                    dice,
                    mean(pictures.stream().mapToDouble(p -> p.dice(own))),
                    mean(pictures.stream().mapToDouble(p -> p.boundaryF1()[own]))));
            confusion[c] = Arrays.copyOfRange(all, c * n, (c + 1) * n);
            right += confusion[c][c];
            pixels += LongStream.of(confusion[c]).sum();
        }
        var ranked = pictures.stream()
                .filter(p -> !Double.isNaN(p.miou()))
                .map(p -> new PictureResult(p.index(), p.name(), p.miou()))
                .sorted(Comparator.comparingDouble(PictureResult::miou))
                .toList();
        int few = Math.min(NAMED, ranked.size() / 2);
        var best = new ArrayList<>(ranked.subList(ranked.size() - few, ranked.size()));
        Collections.reverse(best);
        return new IouScore(
                pictures.size(),
                mean(classes.stream().mapToDouble(ClassResult::iou)),
                (double) right / pixels,
                mean(pictures.stream().mapToDouble(p -> mean(DoubleStream.of(p.boundaryF1())))),
                loss,
                classes,
                confusion,
                ranked.subList(0, Math.min(NAMED, ranked.size() - few)),
                best,
                skipped,
                intervals(pictures, n));
    }

    private static Map<String, Interval> intervals(List<PictureScore> pictures, int classes) {
        var intervals = new LinkedHashMap<String, Interval>();
        if (pictures.size() < 2) return intervals;
        var counts = pictures.stream().map(Counts::of).toArray(Counts[]::new);
        intervals.put(HEADLINE, Interval.resampled(counts.length, places -> Counts.sum(counts, places, classes)
                .miou()));
        intervals.put("pixelAccuracy", Interval.resampled(counts.length, places -> Counts.sum(counts, places, classes)
                .accuracy()));
        var outlines = pictures.stream()
                .mapToDouble(p -> mean(DoubleStream.of(p.boundaryF1())))
                .filter(v -> !Double.isNaN(v))
                .toArray();
        if (outlines.length > 1) intervals.put("boundaryF1", Interval.ofMean(outlines));
        return intervals;
    }

    /** Pixels of each class that are right, and those that are of it and those that are taken for it together. */
    private record Counts(long[] right, long[] either) {
        static Counts of(PictureScore picture) {
            int n = picture.classes();
            var counts = new Counts(new long[n], new long[n]);
            for (int c = 0; c < n; c++) {
                counts.right[c] = picture.confusion()[c * n + c];
                for (int other = 0; other < n; other++)
                    counts.either[c] += picture.confusion()[c * n + other] + picture.confusion()[other * n + c];
            }
            return counts;
        }

        static Counts sum(Counts[] pictures, int[] places, int classes) {
            var sum = new Counts(new long[classes], new long[classes]);
            for (int place : places)
                for (int c = 0; c < classes; c++) {
                    sum.right[c] += pictures[place].right[c];
                    sum.either[c] += pictures[place].either[c];
                }
            return sum;
        }

        double miou() {
            return mean(IntStream.range(0, right.length)
                    .mapToDouble(c -> right[c] / (double) (either[c] - right[c]))); // 0 / 0 where it is nowhere
        }

        double accuracy() {
            return 2.0
                    * LongStream.of(right).sum()
                    / LongStream.of(either).sum(); // each pixel is of one, taken for one
        }
    }

    /** Of the values that are numbers; NaN where there are none. */
    private static double mean(DoubleStream values) {
        return values.filter(v -> !Double.isNaN(v)).average().orElse(Double.NaN);
    }

    @Override
    public Map<String, Double> numbers() {
        var numbers = new LinkedHashMap<String, Double>();
        numbers.put(HEADLINE, miou);
        numbers.put("pixelAccuracy", pixelAccuracy);
        numbers.put("boundaryF1", boundaryF1);
        numbers.put("loss", loss);
        return numbers;
    }

    @Override
    public String words() {
        return String.format(
                Locale.ROOT,
                "mean IoU %.2f %%, pixel accuracy %.2f %%, boundary F1 %.4f, %d pictures",
                100 * miou,
                100 * pixelAccuracy,
                boundaryF1,
                samples);
    }

    @Override
    public List<String> lines() {
        var intervals = Score.super.lines();
        var each = classes.stream()
                .map(c -> String.format(
                        Locale.ROOT,
                        "  %-20s IoU %.4f, Dice %.4f, of a picture %.4f, boundary F1 %.4f",
                        Words.shown(c.name),
                        c.iou,
                        c.dice,
                        c.pictureDice,
                        c.boundaryF1));
        return Stream.concat(intervals.stream(), each).toList();
    }

    @Override
    public Map<String, Object> keys() {
        return Records.fields(this);
    }
}
