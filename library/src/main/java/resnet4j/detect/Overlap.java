package resnet4j.detect;

import java.util.stream.IntStream;

/** What of a thing found has to overlap what of a true one. */
public enum Overlap {
    BBOX,
    SEGM,
    KEYPOINTS;

    /** How widely annotators place each of the 17 keypoints of a person, as a share of its size. */
    private static final double[] SPREAD = {
        .026, .025, .025, .035, .035, .079, .079, .072, .072, .062, .062, .107, .107, .087, .087, .089, .089
    };

    /** How many of a picture count at most, for each of COCO's numbers. */
    int[] most() {
        return this == KEYPOINTS ? new int[] {20} : new int[] {1, 10, 100};
    }

    /** COCO's sizes of things: least and greatest area of each. */
    double[][] areas() {
        double[] all = {0, 1e10}, small = {0, 32 * 32}, medium = {32 * 32, 96 * 96}, large = {96 * 96, 1e10};
        return this == KEYPOINTS ? new double[][] {all, medium, large} : new double[][] {all, small, medium, large};
    }

    /** How much they have in common, in [0,1]; of what is found, where the truth is a crowd. */
    double of(CocoResults.Found found, Coco.Thing thing) {
        return switch (this) {
            case BBOX -> overlap(found.box(), thing.box(), thing.crowd());
            case SEGM -> mask(found).overlap(mask(thing), thing.crowd());
            case KEYPOINTS -> similarity(found, thing);
        };
    }

    private static Rle mask(CocoResults.Found found) {
        return found.mask()
                .orElseThrow(() -> new IllegalArgumentException(
                        "detections: expected a mask of each for" + " segm, got none in picture " + found.picture()));
    }

    private static Rle mask(Coco.Thing thing) {
        return thing.mask()
                .orElseThrow(() -> new IllegalArgumentException(
                        "truth: expected a mask of each annotation for segm, got none in annotation " + thing.id()));
    }

    /** Intersection over union, or over the found box where the truth is a crowd. */
    private static double overlap(double[] found, double[] truth, boolean crowd) {
        double width = Math.min(found[0] + found[2], truth[0] + truth[2]) - Math.max(found[0], truth[0]);
        double height = Math.min(found[1] + found[3], truth[1] + truth[3]) - Math.max(found[1], truth[1]);
        if (width <= 0 || height <= 0) return 0;
        double common = width * height, own = found[2] * found[3];
        return common / (crowd ? own : own + truth[2] * truth[3] - common);
    }

    /** The mean over labelled keypoints of exp(-distance^2 / (2 area spread^2)): 1 where all are in place. */
    private static double similarity(CocoResults.Found found, Coco.Thing thing) {
        double[] truth = thing.keypoints(), got = found.keypoints();
        if (truth.length != 3 * SPREAD.length || got.length != truth.length)
            throw new IllegalArgumentException("keypoints: expected " + SPREAD.length + " of each thing, got "
                    + truth.length / 3 + " in annotation " + thing.id() + " and " + got.length / 3 + " found");
        long labelled = IntStream.range(0, SPREAD.length)
                .filter(i -> truth[3 * i + 2] > 0)
                .count();
        double[] box = thing.box();
        double sum = 0;
        for (int i = 0; i < SPREAD.length; i++) {
            if (labelled > 0 && truth[3 * i + 2] <= 0) continue;
            double dx, dy;
            if (labelled > 0) {
                dx = got[3 * i] - truth[3 * i];
                dy = got[3 * i + 1] - truth[3 * i + 1];
            } else { // how far outside of the doubled box
                dx = outside(got[3 * i], box[0] - box[2], box[0] + 2 * box[2]);
                dy = outside(got[3 * i + 1], box[1] - box[3], box[1] + 2 * box[3]);
            }
            double variance = 4 * SPREAD[i] * SPREAD[i];
            sum += Math.exp(-(dx * dx + dy * dy) / variance / (thing.area() + Math.ulp(1.0)) / 2);
        }
        return sum / (labelled > 0 ? labelled : SPREAD.length);
    }

    private static double outside(double x, double from, double to) {
        return Math.max(0, from - x) + Math.max(0, x - to);
    }
}
