package resnet4j.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class LogisticRegressionTest {
    private static final int ROWS = 30, WIDTH = 4;

    /** Columns of very different sizes. */
    private static LogisticRegression.Rows rows(int classes, boolean skewed) {
        var values = new float[ROWS * WIDTH];
        var labels = new int[ROWS];
        var counts = new double[classes];
        for (int i = 0; i < ROWS; i++) {
            labels[i] = skewed && i < 5 ? 0 : i % classes;
            counts[labels[i]]++;
            for (int j = 0; j < WIDTH; j++)
                values[i * WIDTH + j] =
                        (float) ((Math.sin(1.7 * ((i + 1) * (j + 1)) % 7) + 0.5 * (i % classes) * Math.cos(j))
                                        * Math.pow(10, j - 1)
                                + j);
        }
        for (int c = 0; c < classes; c++) counts[c] = ROWS / (classes * counts[c]);
        return new LogisticRegression.Rows(values, WIDTH, labels, classes, skewed ? counts : null);
    }

    /**
     * scikit-learn 1.9.1: X as above in float32; sc = StandardScaler().fit(X); LogisticRegression(C=0.5, tol=1e-10,
     * max_iter=10000).fit(sc.transform(X), y).decision_function(sc.transform(X[:3])); skewed: class_weight='balanced'.
     */
    @Test
    void decisions_areScikitLearns() {
        assertDecisions(2, false, new double[][] {{0.594159}, {-1.306830}, {-0.677232}});
        assertDecisions(2, true, new double[][] {{0.353812}, {-1.929023}, {-0.604007}});
        assertDecisions(3, false, new double[][] {
            {0.086602, 0.283233, -0.369836}, {0.051390, 0.249525, -0.300915}, {0.260413, 0.097133, -0.357546}
        });
        assertDecisions(3, true, new double[][] {
            {0.127151, 0.106258, -0.233410}, {0.245884, 0.228443, -0.474327}, {0.433600, 0.343114, -0.776715}
        });
    }

    /** The same with StandardScaler(with_mean=False) and LogisticRegression(fit_intercept=False). */
    @Test
    void decisionsWithoutBiases_areScikitLearns() {
        assertDecisions(unbiased(2), new double[][] {{-0.053708}, {-1.159469}, {-1.917656}});
        assertDecisions(unbiased(3), new double[][] {
            {-0.485534, 0.274246, 0.211288}, {-0.050094, 0.163467, -0.113373}, {0.039960, 0.004852, -0.044813}
        });
        assertArrayEquals(new float[2], LogisticRegression.path(unbiased(2), 0.5)[0].bias(), 0);
    }

    private static LogisticRegression.Rows unbiased(int classes) {
        var rows = rows(classes, false);
        return new LogisticRegression.Rows(rows.values(), WIDTH, rows.labels(), classes, null, false);
    }

    private static void assertDecisions(int classes, boolean skewed, double[][] expected) {
        assertDecisions(rows(classes, skewed), expected);
    }

    private static void assertDecisions(LogisticRegression.Rows rows, double[][] expected) {
        int classes = rows.classes();
        // from another strength's solution, as in a search
        var solved = LogisticRegression.path(rows, 0.05, 0.5)[1];
        for (int i = 0; i < expected.length; i++) {
            var logits = solved.logits(rows, i);
            if (classes == 2) logits = new double[] {logits[1] - logits[0]};
            assertArrayEquals(expected[i], logits, 5e-4, classes + " classes"); // slopes are of 32 bits
        }
    }

    @Test
    void rowsThatAreNoNumbers_areRefused() {
        for (float value : new float[] {Float.POSITIVE_INFINITY, Float.NaN}) {
            var e = assertThrows(
                    IllegalArgumentException.class,
                    () -> new LogisticRegression.Rows(new float[] {1, 2, 3, value}, 2, new int[] {0, 1}, 2, null));
            assertTrue(
                    e.getMessage().startsWith("features: expected finite numbers, got " + value + " in row 1;"),
                    e.getMessage());
        }
    }

    /** By the same cross-validation in scikit-learn, 0.01 has the least loss where classes are drawn at random. */
    @Test
    void strength_isThatOfTheLeastLossWhereRowsAreFew() {
        var random = new java.util.Random(1);
        int rows = 40, width = 60;
        var noise = new float[rows * width];
        var labels = new int[rows];
        for (int i = 0; i < noise.length; i++) noise[i] = (float) random.nextGaussian();
        for (int i = 0; i < rows; i++) labels[i] = random.nextInt(2);
        var unknowable = new LogisticRegression.Rows(noise, width, labels, 2, null);
        assertEquals(0.01, LogisticRegression.fit(unknowable, 0).strength());
        for (int i = 0; i < rows; i++) noise[i * width] += 40 * labels[i]; // and where one number tells them
        assertEquals(1, LogisticRegression.fit(unknowable, 0).strength());
        assertEquals(1, LogisticRegression.fit(rows(2, false), 0).strength());
    }
}
