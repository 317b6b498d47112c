package resnet4j.segment;

import java.util.ArrayList;
import java.util.List;
import resnet4j.image.LabelMap;

/**
 * How much of a picture each class covers.
 *
 * @param image   its file
 * @param classes those that occur, by their number
 */
public record Areas(String image, int width, int height, List<Area> classes) {
    /** @param share of the picture's pixels, in [0,1] */
    public record Area(String name, int pixels, double share) {}

    public static Areas of(String image, LabelMap map, List<String> names) {
        var pixels = new int[names.size()];
        for (byte label : map.labels()) pixels[label & 255]++;
        var areas = new ArrayList<Area>();
        for (int c = 0; c < pixels.length; c++)
            if (pixels[c] > 0) areas.add(new Area(names.get(c), pixels[c], pixels[c] / (double) map.labels().length));
        return new Areas(image, map.width(), map.height(), areas);
    }
}
