package resnet4j.detect;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
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
        var scales = scales(maps, sizes);
        int finest = (int) -log2(scales[0]), coarsest = (int) -log2(scales[LEVELS - 1]);
        var all = Boxes.all(boxes);
        var images = new long[all.size()];
        int box = 0;
        for (int image = 0; image < boxes.size(); image++)
            for (int i = 0; i < boxes.get(image).size(); i++) images[box++] = image;
        var levels = IntStream.range(0, images.length)
                .mapToLong(i -> level(all.area(i), finest, coarsest) - finest)
                .toArray();
        var op = new Op.RoiAlign(
                Op.Size.of(side), DoubleStream.of(scales).boxed().toList(), sampling, false);
        try (var scope = new NativeScope()) {
            var device = maps.get(0).device();
            var in = new ArrayList<>(maps.subList(0, LEVELS));
            in.add(all.tensor(device));
            in.add(Tensor.of(images, images.length).to(device));
            in.add(Tensor.of(levels, levels.length).to(device));
            return scope.keep(Ops.run(op, in.toArray(Tensor[]::new)));
        }
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
