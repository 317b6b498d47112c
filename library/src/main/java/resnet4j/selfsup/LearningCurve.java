package resnet4j.selfsup;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import resnet4j.report.Words;
import resnet4j.train.Features;

/**
 * How much more pictures would help: the errors of a linear probe that has all labels, half of them, a quarter and so on,
 * and the power of the number of pictures by which they fall. Cortes et al. 1993, "Learning curves: asymptotic values and
 * rate of convergence", without an asymptote, which a few points cannot tell.
 *
 * @param points  fewest pictures first
 * @param power   errors are {@code scale * pictures^-power}; absent where there are fewer than two points with errors
 * @param classes the one first that a doubling helped most
 */
public record LearningCurve(List<Point> points, Optional<Power> power, List<OfClass> classes) {
    private static final int DRAWS = 3; // of each share but all
    private static final int MOST = 6; // halvings
    private static final int FEWEST = 2; // pictures of the smallest class

    public LearningCurve {
        points = List.copyOf(points);
        classes = List.copyOf(classes);
    }

    /**
     * With so many labelled pictures, means over draws.
     *
     * @param linear share of the pictures asked that a linear probe tells
     * @param knn    share that the nearest labelled ones tell
     */
    public record Point(double pictures, double linear, double knn) {}

    /** A straight line in logarithms. */
    public record Power(double scale, double power) {
        /** The share told, expected of so many pictures. */
        public double at(double pictures) {
            return 1 - Math.min(1, scale * Math.pow(pictures, -power));
        }

        /** By least squares of the logarithms of errors. */
        static Optional<Power> of(List<Point> points) {
            var wrong = points.stream().filter(p -> p.linear < 1).toList();
            if (wrong.size() < 2) return Optional.empty();
            double x =
                    mean(wrong.stream().mapToDouble(p -> Math.log(p.pictures)).toArray());
            double y =
                    mean(wrong.stream().mapToDouble(p -> Math.log(1 - p.linear)).toArray());
            double along = 0, squares = 0;
            for (var p : wrong) {
                double dx = Math.log(p.pictures) - x;
                along += dx * (Math.log(1 - p.linear) - y);
                squares += dx * dx;
            }
            return Optional.of(new Power(Math.exp(y - along / squares * x), -along / squares));
        }
    }

    /** Shares of a class's pictures asked that are told, by half of the labels and by all. */
    public record OfClass(String name, int labelled, double half, double all) {
        double gain() {
            return all - half;
        }
    }

    /** @param names of the classes */
    public static LearningCurve of(Features labelled, Features asked, List<String> names, long seed) {
        var counts = new int[names.size()];
        for (int label : labelled.labels()) counts[label]++;
        int smallest = Arrays.stream(counts).filter(n -> n > 0).min().orElse(0);
        if (smallest < 2 * FEWEST)
            throw new IllegalArgumentException(
                    "data: expected " + 2 * FEWEST + " labelled pictures of each class or more,"
                            + " as a learning curve compares all with half of them, got " + smallest + " of one");
        if (Arrays.stream(asked.labels()).allMatch(label -> counts[label] == 0))
            throw new IllegalArgumentException("data: expected pictures asked of classes that have labelled ones, as a"
                    + " learning curve counts how many are told, got " + asked.labels().length + " of other classes");
        var points = new ArrayList<Point>();
        double[] half = null, all = null;
        double share = 1;
        for (int i = 0; i <= MOST && share * smallest >= FEWEST; i++, share /= 2) {
            int draws = i == 0 ? 1 : DRAWS;
            double linear = 0, knn = 0, pictures = 0;
            var right = new double[names.size()];
            for (int draw = 0; draw < draws; draw++) {
                var some = labelled.share(share, seed + draw);
                var told = told(some.probabilities(asked, seed), asked, names.size());
                for (int c = 0; c < right.length; c++) right[c] += told[c] / draws;
                linear += overall(told, asked) / draws;
                knn += Representation.accuracy(some, asked, Representation.NEIGHBOURS_ASKED, Representation.TEMPERATURE)
                        / draws;
                pictures += (double) some.labels().length / draws;
            }
            points.add(new Point(pictures, linear, knn));
            if (i == 0) all = right;
            if (i == 1) half = right;
        }
        Collections.reverse(points);
        double[] few = half, many = all;
        var asks = new int[names.size()];
        for (int label : asked.labels()) asks[label]++;
        var classes = IntStream.range(0, names.size())
                .filter(c -> asks[c] > 0 && counts[c] > 0)
                .mapToObj(c -> new OfClass(names.get(c), counts[c], few[c] / asks[c], many[c] / asks[c]))
                .sorted(Comparator.comparingDouble(OfClass::gain).reversed())
                .toList();
        return new LearningCurve(points, Power.of(points), classes);
    }

    /** How many of each class are told. */
    private static double[] told(double[][] probabilities, Features asked, int classes) {
        var right = new double[classes];
        for (int i = 0; i < probabilities.length; i++) {
            int own = asked.labels()[i];
            if (probabilities[i][own] >= Arrays.stream(probabilities[i]).max().orElseThrow()) right[own]++;
        }
        return right;
    }

    private static double overall(double[] told, Features asked) {
        return Arrays.stream(told).sum() / asked.labels().length;
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }

    /** Labelled pictures by which errors would be half of what they are with all; empty where they do not fall. */
    public OptionalDouble halvesAt() {
        if (power.isEmpty() || power.get().power <= 0) return OptionalDouble.empty();
        return OptionalDouble.of(points.get(points.size() - 1).pictures * Math.pow(2, 1 / power.get().power));
    }

    /** What follows from it. */
    public List<String> sentences() {
        var sentences = new ArrayList<String>();
        double now = points.get(points.size() - 1).pictures;
        power.ifPresent(law -> sentences.add(line(
                "errors are %.3g times pictures to the power of %.2f; with %.0f pictures %.2f %% are to be expected",
                law.scale, -law.power, 2 * now, 100 * law.at(2 * now))));
        if (power.isEmpty()) sentences.add("no errors are left to be fewer: more pictures are not what is missing");
        else if (halvesAt().isEmpty())
            sentences.add("errors do not fall with more pictures: look at the labels and the network");
        else
            sentences.add(line(
                    "half as many errors would take %.0f labelled pictures",
                    halvesAt().getAsDouble()));
        sentences.add("more helped most, by the last doubling: "
                + classes.stream()
                        .limit(5)
                        .map(c -> line(
                                "%s (%s, %.1f %% to %.1f %%)",
                                c.name, Words.count(c.labelled, "picture"), 100 * c.half, 100 * c.all))
                        .collect(Collectors.joining(", ")));
        return sentences;
    }

    /** In lines, for people. */
    @Override
    public String toString() {
        var lines = new ArrayList<String>();
        lines.add("  labelled   linear probe   nearest neighbours");
        for (var p : points) lines.add(line("%10.0f   %10.2f %%   %16.2f %%", p.pictures, 100 * p.linear, 100 * p.knn));
        for (var sentence : sentences()) lines.add("  " + sentence);
        return String.join(System.lineSeparator(), lines);
    }

    private static String line(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
