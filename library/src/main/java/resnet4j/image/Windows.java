package resnet4j.image;

import java.util.ArrayList;
import java.util.List;
import resnet4j.config.Checks;

/**
 * Where windows over a large picture lie: half a window apart, the last ones at its right and lower edge.
 *
 * @param side height and width of each in pixels, or the picture's where that is smaller
 */
public record Windows(int side) {
    private static final int LEAST = 32;

    public Windows {
        Checks.atLeast("window", LEAST, side);
    }

    /** Row by row. */
    public List<Step.Crop> over(int width, int height) {
        int w = Math.min(side, width), h = Math.min(side, height);
        var all = new ArrayList<Step.Crop>();
        for (int top : starts(height, h)) for (int left : starts(width, w)) all.add(new Step.Crop(left, top, w, h));
        return all;
    }

    private static List<Integer> starts(int length, int size) {
        var starts = new ArrayList<Integer>();
        for (int at = 0; at < length - size; at += Math.max(1, size / 2)) starts.add(at);
        starts.add(length - size);
        return starts;
    }
}
