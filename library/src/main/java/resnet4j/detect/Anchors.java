package resnet4j.detect;

import java.util.List;

/**
 * Boxes that a detector starts from: at every place of every map, one of each size and shape. Ren et al. 2015,
 * arXiv:1506.01497, section 3.1.1.
 *
 * @param sizes  for each map, from the finest: sides of squares in pixels
 * @param ratios height / width
 */
record Anchors(List<List<Integer>> sizes, List<Double> ratios) {
    Anchors {
        sizes = sizes.stream().map(List::copyOf).toList();
        ratios = List.copyOf(ratios);
    }

    int each() {
        return sizes.get(0).size() * ratios.size();
    }

    /** Those of map {@code level} of {@code rows} x {@code columns} places over images of that size, row by row. */
    Boxes over(int level, int rows, int columns, int height, int width) {
        var cells = cells(level);
        int down = height / rows, across = width / columns;
        var all = new float[rows * columns * cells.length];
        int next = 0;
        for (int y = 0; y < rows; y++)
            for (int x = 0; x < columns; x++)
                for (int i = 0; i < cells.length; i++) all[next++] = (i % 2 == 0 ? x * across : y * down) + cells[i];
        return new Boxes(all);
    }

    /** Around the origin, in whole pixels. */
    float[] cells(int level) {
        var cells = new float[4 * each()];
        int next = 0;
        for (double ratio : ratios)
            for (int size : sizes.get(level)) {
                float tall = (float) Math.sqrt((float) ratio), wide = 1 / tall;
                float x = (float) Math.rint(wide * size / 2), y = (float) Math.rint(tall * size / 2);
                for (float side : new float[] {-x, -y, x, y}) cells[next++] = side;
            }
        return cells;
    }
}
