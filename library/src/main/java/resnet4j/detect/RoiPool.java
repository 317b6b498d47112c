package resnet4j.detect;

import java.util.ArrayList;
import java.util.List;
import resnet4j.tensor.Op;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * A piece of a map for each box, from the level that suits the box's size. Lin et al. 2017, arXiv:1612.03144, equation 1.
 *
 * @param side     height and width of a piece
 * @param sampling places of the map for each number of a piece, in each direction
 */
record RoiPool(int side, int sampling) {
    private static final double SCALE = 224, LEVEL = 4; // a box of 224 pixels goes to level 4
    private static final int LEVELS = 4; // the pooled one is for proposals alone

    /** Maps, finest first, boxes of each image, heights and widths of the images -> [R,C,side,side]. */
    Tensor of(List<Tensor> maps, List<Boxes> boxes, List<int[]> sizes) {
        int height = 0;
        for (int[] size : sizes) height = Math.max(height, size[0]);
        var scales = new double[LEVELS];
        for (int i = 0; i < LEVELS; i++)
            scales[i] = Math.pow(2, Math.rint(log2((double) maps.get(i).size(2) / height)));
        int finest = (int) -log2(scales[0]), coarsest = (int) -log2(scales[LEVELS - 1]);

        var parts = new ArrayList<Tensor>();
        var places = new ArrayList<Integer>(); // of the boxes in parts, among all
        for (int level = finest; level <= coarsest; level++) {
            var values = new ArrayList<Float>();
            var images = new ArrayList<Long>();
            int place = 0;
            for (int image = 0; image < boxes.size(); image++)
                for (int i = 0; i < boxes.get(image).size(); i++, place++) {
                    if (level(boxes.get(image).area(i), finest, coarsest) != level) continue;
                    for (int side = 0; side < 4; side++)
                        values.add(boxes.get(image).at(i, side));
                    images.add((long) image);
                    places.add(place);
                }
            if (images.isEmpty()) continue;
            var flat = new float[values.size()];
            for (int i = 0; i < flat.length; i++) flat[i] = values.get(i);
            int map = level - finest;
            parts.add(Ops.roiAlign(
                    maps.get(map),
                    Tensor.of(flat, images.size(), 4).to(maps.get(map).device()),
                    Tensor.of(Rows.numbers(images), images.size())
                            .to(maps.get(map).device()),
                    new Op.RoiAlign(Op.Size.of(side), scales[map], sampling, false)));
        }
        return inOrder(Ops.cat(parts, 0), places);
    }

    private static Tensor inOrder(Tensor parts, List<Integer> places) {
        var back = new long[places.size()];
        for (int i = 0; i < back.length; i++) back[places.get(i)] = i;
        return Rows.pick(parts, back);
    }

    private static int level(float area, int finest, int coarsest) {
        double level = Math.floor(LEVEL + (float) log2((float) Math.sqrt(area) / SCALE) + 1e-6);
        return (int) Math.min(Math.max(level, finest), coarsest);
    }

    private static double log2(double x) {
        return Math.log(x) / Math.log(2);
    }
}
