package resnet4j.tensor;

/**
 * F(m x m, 3x3) of Lavin and Gray 2015, arXiv:1509.09308: m x m numbers of a 3x3 convolution come of (m+2) x (m+2) products of
 * transformed numbers in place of 9 m x m, y = A' ((G w G') * (B' x B)) A. The matrices are Toom's and Cook's, of the values
 * of polynomials at 0, at some p and -p, and at infinity: what p and -p make has the same even and odd parts, which are
 * summed once. Numbers that lie side by side in an array, such as a pixel's channels, are transformed at once.
 */
final class Winograd {
    /** A quarter of the products; in 32-bit floats about 1e-5 of the largest number is lost. */
    static final Winograd FOUR = new Winograd(1, 2);

    /** 64 of 324 products; about 1e-4 is lost, far less than bfloat16 loses. */
    static final Winograd SIX = new Winograd(1, 2, 0.5);

    /** Pixels of a tile that comes out, and of one that goes in, along height and width. */
    final int out, in;

    /** Of each point the factors of a kernel's three numbers, [in,3]. */
    final float[][] g;

    private final double[] p;

    /** Of a row of results, those of each p. */
    private final float[][] powers;

    /** Coefficients of the polynomial of x^2 whose zeros are p^2, of every p, the lowest first. */
    private final float[] all;

    /** Of each p, the same of the others. */
    private final float[][] others;

    /** @param p the first one 1 */
    private Winograd(double... p) {
        this.p = p;
        out = 2 * p.length;
        in = out + 2;
        all = polynomial(-1);
        others = new float[p.length][];
        powers = new float[out][p.length];
        g = new float[in][];
        g[0] = new float[] {1 / all[0], 0, 0};
        g[in - 1] = new float[] {0, 0, 1};
        for (int k = 0; k < p.length; k++) {
            others[k] = polynomial(k);
            double derivative = 2 * p[k] * p[k]; // of the polynomial with every point but infinity for its zeros
            for (int j = 0; j < p.length; j++) if (j != k) derivative *= p[k] * p[k] - p[j] * p[j];
            float one = (float) (1 / derivative),
                    two = (float) (p[k] / derivative),
                    three = (float) (p[k] * p[k] / derivative);
            g[plus(k)] = new float[] {one, two, three};
            g[plus(k) + 1] = new float[] {one, -two, three};
            for (int i = 0; i < out; i++) powers[i][k] = (float) Math.pow(p[k], i);
        }
    }

    /** The product of x - p^2 for all p but one. */
    private float[] polynomial(int but) {
        var made = new double[] {1};
        for (int k = 0; k < p.length; k++) {
            if (k == but) continue;
            var longer = new double[made.length + 1];
            for (int i = 0; i < made.length; i++) {
                longer[i] -= p[k] * p[k] * made[i];
                longer[i + 1] += made[i];
            }
            made = longer;
        }
        var floats = new float[made.length];
        for (int i = 0; i < made.length; i++) floats[i] = (float) made[i];
        return floats;
    }

    /** Where the value at p is, before that at -p. */
    private static int plus(int k) {
        return 1 + 2 * k;
    }

    /** That cover so many pixels of a line. */
    long tiles(long pixels) {
        return (pixels + out - 1) / out;
    }

    /** Numbers of a tile, and products. */
    int places() {
        return in * in;
    }

    /** Where a number is added that every number of the tile is to have more: the column of A' for 1 is ones. */
    int constant() {
        return in * plus(0) + plus(0);
    }

    /**
     * Of {@code n} numbers each, of so many tiles and channels.
     *
     * @param x    those of place (i, j) of the tiles at {@code in * i + j}; overwritten
     * @param work as many
     */
    void input(float[][] x, float[][] work, int n) {
        for (int j = 0; j < in; j++) input(x, work, j, in, n);
        for (int i = 0; i < in; i++) input(work, x, in * i, 1, n);
    }

    private void input(float[][] x, float[][] y, int from, int step, int n) {
        sum(all, x, from, 2 * step, y[from], n);
        sum(all, x, from + step, 2 * step, y[from + (in - 1) * step], n);
        for (int k = 0; k < p.length; k++) {
            float[] even = y[from + plus(k) * step], odd = y[from + (plus(k) + 1) * step];
            sum(others[k], x, from + 2 * step, 2 * step, even, n);
            sum(others[k], x, from + step, 2 * step, odd, n);
            sumAndDifference(even, odd, (float) p[k], n);
        }
    }

    /** Back: the numbers of place (i, j) of the results come to {@code x[in * i + j]}. */
    void output(float[][] x, float[][] work, int n) {
        for (int j = 0; j < in; j++) output(x, work, j, in, n);
        for (int i = 0; i < out; i++) output(work, x, in * i, 1, n);
    }

    private void output(float[][] x, float[][] y, int from, int step, int n) {
        for (int k = 0; k < p.length; k++)
            sumAndDifference(x[from + plus(k) * step], x[from + (plus(k) + 1) * step], 1, n);
        for (int i = 0; i < out; i++) {
            var made = y[from + i * step];
            sum(powers[i], x, from + (plus(0) + i % 2) * step, 2 * step, made, n);
            if (i == 0) add(x[from], made, n);
            if (i == out - 1) add(x[from + (in - 1) * step], made, n);
        }
    }

    // Loops like these alone are made ones of vectors (JDK 17 to 25): of few arrays, each from its beginning on.

    private static void sum(float[] factors, float[][] x, int from, int step, float[] y, int n) {
        float[] a = x[from], b = x[from + step];
        float fa = factors[0], fb = factors[1];
        if (factors.length == 2) for (int i = 0; i < n; i++) y[i] = fa * a[i] + fb * b[i];
        else if (factors.length == 3) sum(a, fa, b, fb, x[from + 2 * step], factors[2], y, n);
        else sum(a, fa, b, fb, x[from + 2 * step], factors[2], x[from + 3 * step], factors[3], y, n);
    }

    private static void sum(float[] a, float fa, float[] b, float fb, float[] c, float fc, float[] y, int n) {
        for (int i = 0; i < n; i++) y[i] = fa * a[i] + fb * b[i] + fc * c[i];
    }

    private static void sum(
            float[] a, float fa, float[] b, float fb, float[] c, float fc, float[] d, float fd, float[] y, int n) {
        for (int i = 0; i < n; i++) y[i] = fa * a[i] + fb * b[i] + fc * c[i] + fd * d[i];
    }

    private static void sumAndDifference(float[] a, float[] b, float fb, int n) {
        for (int i = 0; i < n; i++) {
            float left = a[i], right = fb * b[i];
            a[i] = left + right;
            b[i] = left - right;
        }
    }

    private static void add(float[] a, float[] y, int n) {
        for (int i = 0; i < n; i++) y[i] += a[i];
    }
}
