package resnet4j.detect;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import resnet4j.tensor.NativeScope;
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
    static final double SCALE = 224, LEVEL = 4; // a box of 224 pixels goes to level 4
    static final int LEVELS = 4; // the pooled one is for proposals alone

    /** Maps, finest first, boxes of each image, heights and widths of the images -> [R,C,side,side]. */
    Tensor of(List<Tensor> maps, List<Boxes> boxes, List<int[]> sizes) {
        try (var scope = new NativeScope()) { // what is put in order takes as much as the result, twice
            return scope.keep(pieces(maps, boxes, sizes));
        }
    }

    private Tensor pieces(List<Tensor> maps, List<Boxes> boxes, List<int[]> sizes) {
        var scales = scales(maps, sizes);
        int finest = (int) -log2(scales[0]), coarsest = (int) -log2(scales[LEVELS - 1]);

        var all = Boxes.all(boxes);
        var images = new long[all.size()];
        int box = 0;
        for (int image = 0; image < boxes.size(); image++)
            for (int i = 0; i < boxes.get(image).size(); i++) images[box++] = image;
        var parts = new ArrayList<Tensor>();
        var places = new long[all.size()]; // of the boxes in parts
        int next = 0;
        for (int level = finest; level <= coarsest; level++) {
            int here = level;
            int[] some = IntStream.range(0, all.size())
                    .filter(i -> level(all.area(i), finest, coarsest) == here)
                    .toArray();
            for (int i : some) places[i] = next++;
            var map = maps.get(level - finest);
            long[] of = IntStream.of(some).mapToLong(i -> images[i]).toArray();
            parts.add(Ops.roiAlign(
                    map,
                    all.pick(some).tensor(map.device()),
                    Tensor.of(of, of.length).to(map.device()),
                    new Op.RoiAlign(Op.Size.of(side), scales[level - finest], sampling, false)));
        }
        var pieces = Ops.permute(Ops.cat(parts, 0), 0, 2, 3, 1); // whose channels lie beside one another
        int channels = (int) pieces.size(3);
        var rows = Rows.pick(Ops.reshape(pieces, places.length, side * side * channels), places);
        return Ops.permute(Ops.reshape(rows, places.length, side, side, channels), 0, 3, 1, 2);
    }

    /**
     * The same of one box of one image, where the box is a tensor that a trace knows.
     *
     * @param box   where it is
     * @param given the same [1,4]
     * @param image its image's number, 0: [1]
     */
    Tensor of(List<Tensor> maps, Boxes box, int[] size, Tensor given, Tensor image) {
        var scales = scales(maps, List.of(size));
        int finest = (int) -log2(scales[0]), coarsest = (int) -log2(scales[LEVELS - 1]);
        int level = level(box.area(0), finest, coarsest) - finest;
        return Ops.roiAlign(
                maps.get(level), given, image, new Op.RoiAlign(Op.Size.of(side), scales[level], sampling, false));
    }

    private static double[] scales(List<Tensor> maps, List<int[]> sizes) {
        int height = 0;
        for (int[] size : sizes) height = Math.max(height, size[0]);
        var scales = new double[LEVELS];
        for (int i = 0; i < LEVELS; i++)
            scales[i] = Math.pow(2, Math.rint(log2((double) maps.get(i).size(2) / height)));
        return scales;
    }

    private static int level(float area, int finest, int coarsest) {
        double level = Math.floor(LEVEL + (float) log2((float) Math.sqrt(area) / SCALE) + 1e-6);
        return (int) Math.min(Math.max(level, finest), coarsest);
    }

    private static double log2(double x) {
        return Math.log(x) / Math.log(2);
    }
}
