package resnet4j.tensor;

import java.util.stream.IntStream;

/**
 * F(4x4, 3x3) of Lavin and Gray 2015, arXiv:1509.09308: 4x4 numbers of a 3x3 convolution come of 36 products of transformed
 * numbers in place of 144, y = A' ((G w G') * (B' x B)) A. Numbers that lie side by side in an array, such as a pixel's
 * channels, are transformed at once.
 */
final class Winograd {
    private Winograd() {}

    /** Pixels of a tile that comes out, and of one that goes in, along height and width. */
    static final int OUT = 4, IN = 6;

    static final float[][] G = {
        {1 / 4f, 0, 0},
        {-1 / 6f, -1 / 6f, -1 / 6f},
        {-1 / 6f, 1 / 6f, -1 / 6f},
        {1 / 24f, 1 / 12f, 1 / 6f},
        {1 / 24f, -1 / 12f, 1 / 6f},
        {0, 0, 1}
    };

    private static final Sums INPUT = Sums.of(new float[][] {
        {4, 0, -5, 0, 1, 0},
        {0, -4, -4, 1, 1, 0},
        {0, 4, -4, -1, 1, 0},
        {0, -2, -1, 2, 1, 0},
        {0, 2, -1, -2, 1, 0},
        {0, 4, 0, -5, 0, 1}
    });

    private static final Sums OUTPUT =
            Sums.of(new float[][] {{1, 1, 1, 1, 1, 0}, {0, 1, -1, 2, -2, 0}, {0, 1, 1, 4, 4, 0}, {0, 1, -1, 8, -8, 1}});

    /** Where a number is added that every number of the tile is to have more: column 1 of A' is ones. */
    static final int CONSTANT = IN + 1;

    /**
     * What a matrix makes of numbers: of each row the places and the factors that are not 0. Numbers are in arrays of their
     * own, from their beginning on, as only such loops are made ones of vectors (JDK 17 to 25).
     */
    private record Sums(int[][] places, float[][] factors) {
        static Sums of(float[][] matrix) {
            var places = new int[matrix.length][];
            var factors = new float[matrix.length][];
            for (int row = 0; row < matrix.length; row++) {
                var numbers = matrix[row];
                int[] p = places[row] = IntStream.range(0, numbers.length)
                        .filter(i -> numbers[i] != 0)
                        .toArray();
                factors[row] = new float[p.length];
                for (int i = 0; i < p.length; i++) factors[row][i] = numbers[p[i]];
            }
            return new Sums(places, factors);
        }

        /** Of x[from], x[from + step], ...; what row r makes comes to y[to + r * step]. */
        void apply(float[][] x, int from, float[][] y, int to, int step, int n) {
            for (int row = 0; row < places.length; row++) {
                var f = factors[row];
                var p = places[row];
                float[] a = x[from + p[0] * step], b = x[from + p[1] * step], c = x[from + p[2] * step];
                float[] made = y[to + row * step];
                if (p.length == 3) sum(a, f[0], b, f[1], c, f[2], made, n);
                else sum(a, f[0], b, f[1], c, f[2], x[from + p[3] * step], f[3], made, n);
                if (p.length == 5) add(x[from + p[4] * step], f[4], made, n);
            }
        }

        private static void sum(float[] a, float fa, float[] b, float fb, float[] c, float fc, float[] y, int n) {
            for (int i = 0; i < n; i++) y[i] = fa * a[i] + fb * b[i] + fc * c[i];
        }

        private static void sum(
                float[] a, float fa, float[] b, float fb, float[] c, float fc, float[] d, float fd, float[] y, int n) {
            for (int i = 0; i < n; i++) y[i] = fa * a[i] + fb * b[i] + fc * c[i] + fd * d[i];
        }

        private static void add(float[] a, float fa, float[] y, int n) {
            for (int i = 0; i < n; i++) y[i] += fa * a[i];
        }
    }

    /**
     * Of {@code n} numbers each, of so many tiles and channels.
     *
     * @param x    those of place (i, j) of the tiles at 6 i + j; overwritten
     * @param work as many
     */
    static void input(float[][] x, float[][] work, int n) {
        for (int j = 0; j < IN; j++) INPUT.apply(x, j, work, j, IN, n);
        for (int i = 0; i < IN; i++) INPUT.apply(work, IN * i, x, IN * i, 1, n);
    }

    /** Back: the numbers of place (i, j) of the results come to {@code x[6 i + j]}. */
    static void output(float[][] x, float[][] work, int n) {
        for (int j = 0; j < IN; j++) OUTPUT.apply(x, j, work, j, IN, n);
        for (int i = 0; i < OUT; i++) OUTPUT.apply(work, IN * i, x, IN * i, 1, n);
    }
}
