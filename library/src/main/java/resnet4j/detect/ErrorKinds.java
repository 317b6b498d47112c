package resnet4j.detect;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Why what was found is wrong, and what each kind of error costs: TIDE. Bolya et al. 2020, arXiv:2008.08115. A thing counts
 * as found from an overlap of one half on; what a crowd covers is neither right nor wrong.
 *
 * @param ap50    mean over the classes with something to find, at an overlap of one half
 * @param kinds   all of them, in the paper's order
 * @param wrong   what was found and is wrong, surest first
 * @param missed  things that nothing found would have stood for, in the order of the truth
 * @param curves  of each category with something to find: precision at recalls 0, .01, ..., 1
 */
record ErrorKinds(
        double ap50, List<OfKind> kinds, List<Wrong> wrong, List<Coco.Thing> missed, Map<Long, double[]> curves) {
    private static final double ENOUGH = 0.5, BACKGROUND = 0.1;
    private static final int MOST = 100; // of a picture
    private static final int RECALLS = 101;

    /** What is wrong with it. */
    enum Kind {
        CLASS("class", "the box is right, the class is another one's"),
        LOCALISATION("place", "the class is right, the box overlaps by a tenth to a half"),
        BOTH("class and place", "the box overlaps something of another class by a tenth to a half"),
        DUPLICATE("found twice", "class and box are right, and a surer one was there already"),
        BACKGROUND("background", "there is nothing"),
        MISSED("missed", "a thing that none of the others would have found if it were right");
        final String words, meaning;

        Kind(String words, String meaning) {
            this.words = words;
            this.meaning = meaning;
        }
    }

    /** @param gain what AP at one half would rise by if there were no errors of this kind */
    record OfKind(Kind kind, int count, double gain) {}

    /** @param instead the thing that it stands for but for its error, or null for background and both */
    record Wrong(Kind kind, CocoResults.Found found, Coco.Thing instead) {}

    /** What one thing found counts for. */
    private record Point(long category, double score, boolean right) {}

    static ErrorKinds of(Coco truth, List<CocoResults.Found> found, Overlap overlap) {
        return new Run(truth, overlap).judge(found);
    }

    private static final class Run {
        private final Overlap overlap;
        private final Coco truth;
        private final List<CocoResults.Found> right = new ArrayList<>();
        private final List<Wrong> wrong = new ArrayList<>();
        private final Map<Coco.Thing, Wrong> best =
                new IdentityHashMap<>(); // what a thing not found is found by, if mended
        private final List<Coco.Thing> missed = new ArrayList<>();
        private final Map<Long, Integer> positives = new TreeMap<>();

        Run(Coco truth, Overlap overlap) {
            this.truth = truth;
            this.overlap = overlap;
        }

        ErrorKinds judge(List<CocoResults.Found> found) {
            var things = truth.things().stream().collect(Collectors.groupingBy(Coco.Thing::picture));
            var finds = found.stream().collect(Collectors.groupingBy(CocoResults.Found::picture));
            for (var thing : truth.things()) if (!thing.crowd()) positives.merge(thing.category(), 1, Integer::sum);
            for (var picture : truth.pictures())
                picture(
                        things.getOrDefault(picture.id(), List.of()),
                        finds.getOrDefault(picture.id(), List.of()).stream()
                                .filter(one -> positives.containsKey(one.category()))
                                .sorted(Comparator.comparingDouble(one -> -one.score())) // stable
                                .limit(MOST)
                                .toList());
            double now = mean(points(null), positives);
            var kinds = Arrays.stream(Kind.values())
                    .map(kind -> new OfKind(
                            kind,
                            kind == Kind.MISSED
                                    ? missed.size()
                                    : (int) wrong.stream()
                                            .filter(w -> w.kind == kind)
                                            .count(),
                            Math.max(0, mean(points(kind), kind == Kind.MISSED ? withoutMissed() : positives) - now)))
                    .toList();
            var curves = new TreeMap<Long, double[]>();
            positives.forEach((category, n) -> curves.put(category, curve(of(points(null), category), n)));
            var surest = wrong.stream()
                    .sorted(Comparator.comparingDouble(w -> -w.found.score()))
                    .toList();
            return new ErrorKinds(now, kinds, surest, List.copyOf(missed), curves);
        }

        private void picture(List<Coco.Thing> all, List<CocoResults.Found> found) {
            var things = all.stream().filter(t -> !t.crowd()).toList();
            var crowds = all.stream().filter(Coco.Thing::crowd).toList();
            var overlaps = new double[found.size()][things.size()];
            for (int d = 0; d < found.size(); d++)
                for (int g = 0; g < things.size(); g++) overlaps[d][g] = overlap.of(found.get(d), things.get(g));
            var taken = new boolean[things.size()];
            var hit = new boolean[found.size()];
            for (int d = 0; d < found.size(); d++) {
                int to = closest(overlaps[d], things, found.get(d), true, taken);
                if (to < 0 || overlaps[d][to] < ENOUGH) continue;
                hit[d] = taken[to] = true;
            }
            var usable = new boolean[things.size()];
            for (int d = 0; d < found.size(); d++) {
                var one = found.get(d);
                if (hit[d]) right.add(one);
                else if (!passed(one, crowds)) wrong(one, overlaps[d], things, taken, usable);
            }
            for (int g = 0; g < things.size(); g++) if (!taken[g] && !usable[g]) missed.add(things.get(g));
        }

        private boolean passed(CocoResults.Found one, List<Coco.Thing> crowds) {
            return crowds.stream().anyMatch(c -> c.category() == one.category() && overlap.of(one, c) > ENOUGH);
        }

        private void wrong(
                CocoResults.Found one, double[] overlaps, List<Coco.Thing> things, boolean[] taken, boolean[] usable) {
            int same = closest(overlaps, things, one, true, null), other = closest(overlaps, things, one, false, null);
            double ofSame = same < 0 ? 0 : overlaps[same], ofOther = other < 0 ? 0 : overlaps[other];
            boolean place = same >= 0 && ofSame >= BACKGROUND && ofSame <= ENOUGH;
            var kind = place
                    ? Kind.LOCALISATION
                    : ofOther >= ENOUGH
                            ? Kind.CLASS
                            : ofSame >= ENOUGH
                                    ? Kind.DUPLICATE
                                    : Math.max(ofSame, ofOther) <= BACKGROUND ? Kind.BACKGROUND : Kind.BOTH;
            int to =
                    switch (kind) {
                        case LOCALISATION, DUPLICATE -> same;
                        case CLASS -> other;
                        default -> -1;
                    };
            var error = new Wrong(kind, one, to < 0 ? null : things.get(to));
            wrong.add(error);
            if (to < 0 || taken[to] || kind == Kind.DUPLICATE) return;
            usable[to] = true;
            best.putIfAbsent(things.get(to), error); // the surest comes first
        }

        /** The first of those that it overlaps most, of its own class or of the others; of those not taken, if that is given. */
        private static int closest(
                double[] overlaps, List<Coco.Thing> things, CocoResults.Found one, boolean own, boolean[] taken) {
            int best = -1;
            for (int g = 0; g < overlaps.length; g++)
                if (own == (things.get(g).category() == one.category())
                        && (taken == null || !taken[g])
                        && (best < 0 || overlaps[g] > overlaps[best])) best = g;
            return best;
        }

        /** What is found, with the errors of a kind mended: one for each thing is right, and the others are gone. */
        private List<Point> points(Kind mended) {
            var points = new ArrayList<Point>();
            for (var error : wrong) {
                if (error.kind != mended) points.add(new Point(error.found.category(), error.found.score(), false));
                else if (error.instead != null && best.get(error.instead) == error)
                    points.add(new Point(error.instead.category(), error.found.score(), true));
            }
            for (var one : right) points.add(new Point(one.category(), one.score(), true));
            return points;
        }

        private Map<Long, Integer> withoutMissed() {
            var left = new HashMap<>(positives);
            for (var thing : missed) left.merge(thing.category(), -1, Integer::sum);
            return left;
        }

        private static List<Point> of(List<Point> points, long category) {
            return points.stream().filter(p -> p.category == category).toList();
        }

        /** Over the classes with something to find or found. */
        private static double mean(List<Point> points, Map<Long, Integer> positives) {
            return positives.entrySet().stream()
                    .filter(e -> e.getValue() > 0 || !of(points, e.getKey()).isEmpty())
                    .mapToDouble(e -> Arrays.stream(curve(of(points, e.getKey()), e.getValue()))
                            .average()
                            .orElseThrow())
                    .average()
                    .orElse(-1);
        }

        /** The best precision at each recall or any greater one. */
        private static double[] curve(List<Point> points, int positives) {
            var sorted = points.stream()
                    .sorted(Comparator.comparingDouble(p -> -p.score))
                    .toList();
            int n = sorted.size(), right = 0;
            double[] precision = new double[n], recall = new double[n];
            for (int i = 0; i < n; i++) {
                if (sorted.get(i).right) right++;
                precision[i] = (double) right / (i + 1);
                recall[i] = positives == 0 ? 0 : (double) right / positives;
            }
            for (int i = n - 1; i > 0; i--) precision[i - 1] = Math.max(precision[i - 1], precision[i]);
            var curve = new double[RECALLS];
            if (positives == 0) return curve;
            for (int r = 0, i = 0; r < RECALLS; r++) {
                while (i < n && recall[i] < r / 100.0) i++;
                if (i == n) break;
                curve[r] = precision[i];
            }
            return curve;
        }
    }
}
