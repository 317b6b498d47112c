package resnet4j.explain;

import java.util.Arrays;
import java.util.Random;

/**
 * Puts in place of hidden pixels what their neighbours let expect, with a little noise: a network cannot tell from what is
 * left that, and where, something was hidden, as it could from black spots. Each hidden pixel is the weighted mean of the
 * eight around it, which is a linear system for all of them. Rong et al. 2022, arXiv:2202.00449, section 4.1.
 */
final class Imputation {
    /** Beside it, and across a corner: the weights of arXiv:2202.00449, equation 6. */
    private static final double BESIDE = 1 / 6.0, ACROSS = 1 / 12.0;

    private static final double NOISE = 0.01, CLOSE = 1e-4; // of the right side's length
    private static final int MOST_ROUNDS = 2000;

    private final int height, width;
    private final boolean[] hidden;
    private final int[] places; // the hidden ones
    private final double[] weights; // that each hidden pixel's neighbours have together

    Imputation(int height, int width, boolean[] hidden) {
        this.height = height;
        this.width = width;
        this.hidden = hidden;
        int n = 0;
        for (boolean h : hidden) if (h) n++;
        places = new int[n];
        weights = new double[n];
        for (int i = 0, k = 0; i < hidden.length; i++) if (hidden[i]) places[k++] = i;
        for (int k = 0; k < n; k++) {
            double[] sum = new double[1];
            around(places[k], (at, weight) -> sum[0] += weight);
            weights[k] = sum[0];
        }
    }

    /** A picture's planes [channels*height*width] with the hidden pixels filled in; {@code random} null for no noise. */
    float[] fill(float[] planes, Random random) {
        int area = height * width;
        var filled = planes.clone();
        if (places.length == area) Arrays.fill(filled, 0); // nothing is known: the mean of a normalised picture
        else
            for (int from = 0; from < planes.length; from += area) {
                var plane = solve(Arrays.copyOfRange(planes, from, from + area));
                for (int place : places) filled[from + place] = (float) plane[place];
            }
        if (random != null)
            for (int from = 0; from < planes.length; from += area)
                for (int place : places) filled[from + place] += (float) (NOISE * random.nextGaussian());
        return filled;
    }

    /** By conjugate gradients, each row divided by its diagonal. */
    private double[] solve(float[] plane) {
        int n = places.length;
        var x = new double[hidden.length]; // of hidden pixels; others stay 0
        var residual = new double[n];
        var direction = new double[hidden.length];
        double size = 0, product = 0;
        for (int k = 0; k < n; k++) {
            double[] known = new double[1];
            around(places[k], (at, weight) -> known[0] += hidden[at] ? 0 : weight * plane[at]);
            residual[k] = known[0];
            size += known[0] * known[0];
            direction[places[k]] = residual[k] / weights[k];
            product += residual[k] * residual[k] / weights[k];
        }
        var applied = new double[n];
        for (int round = 0; round < MOST_ROUNDS && product > 0; round++) {
            double curvature = 0;
            for (int k = 0; k < n; k++) {
                applied[k] = apply(direction, k);
                curvature += applied[k] * direction[places[k]];
            }
            double step = product / curvature, left = 0, next = 0;
            for (int k = 0; k < n; k++) {
                x[places[k]] += step * direction[places[k]];
                residual[k] -= step * applied[k];
                left += residual[k] * residual[k];
                next += residual[k] * residual[k] / weights[k];
            }
            if (left <= CLOSE * CLOSE * size) break;
            for (int k = 0; k < n; k++)
                direction[places[k]] = residual[k] / weights[k] + next / product * direction[places[k]];
            product = next;
        }
        return x;
    }

    private double apply(double[] values, int k) {
        int place = places[k], y = place / width, right = place % width;
        double sum = weights[k] * values[place];
        if (y > 0 && y < height - 1 && right > 0 && right < width - 1) {
            int above = place - width, below = place + width; // values that are known are 0 here
            return sum
                    - BESIDE * (values[above] + values[below] + values[place - 1] + values[place + 1])
                    - ACROSS * (values[above - 1] + values[above + 1] + values[below - 1] + values[below + 1]);
        }
        double[] around = new double[1];
        around(place, (at, weight) -> around[0] += weight * values[at]);
        return sum - around[0];
    }

    private interface Neighbour {
        void of(int place, double weight);
    }

    private void around(int place, Neighbour each) {
        int y = place / width, x = place % width;
        for (int dy = -1; dy <= 1; dy++)
            for (int dx = -1; dx <= 1; dx++) {
                boolean inside = y + dy >= 0 && y + dy < height && x + dx >= 0 && x + dx < width;
                if (inside && (dy != 0 || dx != 0))
                    each.of(place + dy * width + dx, dy == 0 || dx == 0 ? BESIDE : ACROSS);
            }
    }
}
