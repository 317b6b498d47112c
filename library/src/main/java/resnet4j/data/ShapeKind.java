package resnet4j.data;

/** What there is to recognise; a kind's ordinal is its label. */
enum ShapeKind {
    CIRCLE {
        @Override
        boolean covers(double u, double v) {
            return u * u + v * v <= 1;
        }
    },
    RING {
        @Override
        boolean covers(double u, double v) {
            double r2 = u * u + v * v;
            return r2 <= 1 && r2 >= 0.3;
        }
    },
    CRESCENT {
        @Override
        boolean covers(double u, double v) {
            return u * u + v * v <= 1 && (u - 0.5) * (u - 0.5) + v * v >= 0.6;
        }
    },
    TRIANGLE {
        @Override
        boolean covers(double u, double v) {
            return sides(u, v, 3, 0.5) == 3;
        }
    },
    SQUARE {
        @Override
        boolean covers(double u, double v) {
            return Math.max(Math.abs(u), Math.abs(v)) <= 0.8;
        }
    },
    BAR {
        @Override
        boolean covers(double u, double v) {
            return Math.abs(u) <= 1 && Math.abs(v) <= 0.3;
        }
    },
    CROSS {
        @Override
        boolean covers(double u, double v) {
            double most = Math.max(Math.abs(u), Math.abs(v)), least = Math.min(Math.abs(u), Math.abs(v));
            return most <= 1 && least <= 0.3;
        }
    },
    STAR {
        @Override
        boolean covers(double u, double v) {
            return sides(u, v, 5, 0.309) >= 4; // the five lines of a pentagram are cos(72 degrees) from its centre
        }
    };

    /** Whether the kind, upright and within the unit circle or little more, covers a point. */
    abstract boolean covers(double u, double v);

    /** On how many of {@code n} lines around the centre, at {@code distance}, the point is on the inner side. */
    private static int sides(double u, double v, int n, double distance) {
        var normals = n == 3 ? THREE : FIVE;
        int inside = 0;
        for (int i = 0; i < 2 * n; i += 2) if (normals[i] * u + normals[i + 1] * v <= distance) inside++;
        return inside;
    }

    private static final double[] THREE = normals(3), FIVE = normals(5);

    private static double[] normals(int n) {
        var normals = new double[2 * n];
        for (int i = 0; i < n; i++) {
            normals[2 * i] = StrictMath.cos(2 * Math.PI * i / n);
            normals[2 * i + 1] = StrictMath.sin(2 * Math.PI * i / n);
        }
        return normals;
    }
}
