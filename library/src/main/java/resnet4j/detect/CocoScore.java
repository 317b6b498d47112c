package resnet4j.detect;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import resnet4j.eval.Interval;

/**
 * How well things were found: COCO's average precision and recall (Lin et al. 2014, arXiv:1405.0312;
 * https://cocodataset.org/#detection-eval), number for number as pycocotools gives them. Numbers are in [0,1], and -1
 * where there is nothing to measure.
 *
 * @param numbers    in COCO's order: {@code AP} (mean over overlaps .50 to .95), {@code AP50}, {@code AP75}, by size of
 *                   the thing, and recalls; by name
 * @param categories of those with a thing to find
 * @param intervals  of {@code AP}, {@code AP50} and {@code AP75} by draws of pictures; none of one picture, without
 *                   a thing to find, or where so many things were found that a thousand draws take long
 */
public record CocoScore(
        Overlap overlap, Map<String, Double> numbers, List<OfCategory> categories, Map<String, Interval> intervals) {
    /** Of one category, at all sizes: {@code ap} over all overlaps and {@code ap50}; {@code ar}, the recall. */
    public record OfCategory(long id, String name, double ap, double ap50, double ar) {}

    private static final int LEVELS = 10; // overlaps .50, .55, ..., .95
    private static final int RECALLS = 101; // 0, .01, ..., 1
    private static final int MOST_DRAWN = 20_000; // things that were found

    private static double level(int i) {
        return .5 + i * ((.95 - .5) / 9);
    }

    /**
     * Scores what was found.
     *
     * @param byCategory whether a thing counts as found only by its own category
     */
    public static CocoScore of(Coco truth, List<CocoResults.Found> found, Overlap overlap, boolean byCategory) {
        return new Run(truth, overlap, byCategory).score(found);
    }

    /** One evaluation: what is found is matched picture by picture, then counted category by category. */
    private static final class Run {
        private final Coco truth;
        private final Overlap overlap;
        private final boolean byCategory;
        private final double[][] areas;
        private final int[] most;

        Run(Coco truth, Overlap overlap, boolean byCategory) {
            this.truth = truth;
            this.overlap = overlap;
            this.byCategory = byCategory;
            areas = overlap.areas();
            most = overlap.most();
        }

        private record Place(long picture, long category) {}

        /** The matches of one picture, category and range of areas, best score first. @param picture its place among all */
        private record Matches(int picture, double[] scores, boolean[][] hit, boolean[][] ignored, int things) {}

        CocoScore score(List<CocoResults.Found> found) {
            var known = new HashMap<Long, Coco.Category>();
            for (var category : truth.categories()) known.put(category.id(), category);
            var things = new HashMap<Place, List<Coco.Thing>>();
            for (var thing : sorted(truth.things(), Coco.Thing::category))
                things.computeIfAbsent(place(thing.picture(), thing.category()), p -> new ArrayList<>())
                        .add(thing);
            var finds = new HashMap<Place, List<CocoResults.Found>>();
            for (var one : sorted(found, CocoResults.Found::category))
                if (known.containsKey(one.category()))
                    finds.computeIfAbsent(place(one.picture(), one.category()), p -> new ArrayList<>())
                            .add(one);
            long[] pictures = truth.pictures().stream()
                    .mapToLong(Coco.Picture::id)
                    .sorted()
                    .toArray();
            long[] categories = byCategory
                    ? known.keySet().stream().mapToLong(id -> id).sorted().toArray()
                    : new long[] {-1};
            // [category][area][most]
            var curves = new Curve[categories.length][areas.length][most.length];
            var all = new ArrayList<Ranked>(); // of all sizes, as many as count at most
            var once = new int[pictures.length];
            Arrays.fill(once, 1);
            for (int c = 0; c < categories.length; c++) {
                var matches = new ArrayList<List<Matches>>();
                for (int a = 0; a < areas.length; a++) matches.add(new ArrayList<>());
                for (int p = 0; p < pictures.length; p++) {
                    var place = new Place(pictures[p], categories[c]);
                    var here = things.getOrDefault(place, List.of());
                    var there = finds.getOrDefault(place, List.of());
                    if (here.isEmpty() && there.isEmpty()) continue;
                    match(p, here, there, matches);
                }
                for (int a = 0; a < areas.length; a++)
                    for (int m = 0; m < most.length; m++) {
                        var ranked = Ranked.of(matches.get(a), most[m]);
                        curves[c][a][m] = ranked.curve(once, 0, LEVELS);
                        if (a == 0 && m == most.length - 1) all.add(ranked);
                    }
            }
            var summary = summary(curves);
            boolean drawn = pictures.length > 1 && found.size() <= MOST_DRAWN && summary.get("AP") >= 0;
            return new CocoScore(
                    overlap,
                    summary,
                    perCategory(categories, known, curves),
                    drawn ? intervals(all, pictures.length) : Map.of());
        }

        private static Map<String, Interval> intervals(List<Ranked> categories, int pictures) {
            var intervals = new LinkedHashMap<String, Interval>();
            intervals.put("AP", interval(categories, pictures, 0, LEVELS));
            intervals.put("AP50", interval(categories, pictures, 0, 1));
            intervals.put("AP75", interval(categories, pictures, 5, 6));
            return intervals;
        }

        private static Interval interval(List<Ranked> categories, int pictures, int from, int to) {
            return Interval.resampled(pictures, places -> {
                var times = new int[pictures];
                for (int place : places) times[place]++;
                return categories.stream()
                        .map(category -> category.curve(times, from, to))
                        .filter(curve -> curve != null)
                        .mapToDouble(curve -> curve.precision(from, to))
                        .average()
                        .orElse(0); // nothing to find: as bad as can be
            });
        }

        /** Without categories, those of a picture come one after the other, and ties go by that order. */
        private static <T> List<T> sorted(List<T> things, ToLongFunction<T> category) {
            return things.stream().sorted(Comparator.comparingLong(category)).toList();
        }

        private Place place(long picture, long category) {
            return new Place(picture, byCategory ? category : -1);
        }

        private void match(
                int picture, List<Coco.Thing> things, List<CocoResults.Found> found, List<List<Matches>> matches) {
            var best = found.stream()
                    .sorted(Comparator.comparingDouble(f -> 0 - f.score())) // stable
                    .limit(most[most.length - 1])
                    .toList();
            var overlaps = new double[best.size()][things.size()];
            for (int d = 0; d < best.size(); d++)
                for (int g = 0; g < things.size(); g++) overlaps[d][g] = overlap.of(best.get(d), things.get(g));
            for (int a = 0; a < areas.length; a++) matches.get(a).add(match(picture, things, best, overlaps, areas[a]));
        }

        private Matches match(
                int picture,
                List<Coco.Thing> things,
                List<CocoResults.Found> best,
                double[][] overlaps,
                double[] area) {
            int n = best.size();
            boolean[] passed = new boolean[things.size()]; // neither to be found nor wrong to find
            for (int g = 0; g < passed.length; g++) {
                var thing = things.get(g);
                passed[g] = thing.crowd()
                        || thing.area() < area[0]
                        || thing.area() > area[1]
                        || overlap == Overlap.KEYPOINTS && thing.visible() == 0;
            }
            int[] order = IntStream.concat(
                            IntStream.range(0, passed.length).filter(g -> !passed[g]),
                            IntStream.range(0, passed.length).filter(g -> passed[g]))
                    .toArray();
            var hit = new boolean[LEVELS][n];
            var ignored = new boolean[LEVELS][n];
            for (int level = 0; level < LEVELS; level++) {
                var taken = new boolean[passed.length];
                for (int d = 0; d < n; d++) {
                    int to = -1;
                    double reached = Math.min(level(level), 1 - 1e-10);
                    for (int g : order) {
                        if (taken[g] && !things.get(g).crowd()) continue;
                        if (to >= 0 && !passed[to] && passed[g]) break;
                        if (overlaps[d][g] < reached) continue;
                        reached = overlaps[d][g];
                        to = g;
                    }
                    if (to >= 0) {
                        taken[to] = true;
                        ignored[level][d] = passed[to];
                        hit[level][d] = things.get(to).id() != 0; // pycocotools marks a match by the id
                    }
                    double own = best.get(d).area();
                    if (!hit[level][d] && (own < area[0] || own > area[1])) ignored[level][d] = true;
                }
            }
            int count = 0;
            for (boolean p : passed) if (!p) count++;
            return new Matches(
                    picture, best.stream().mapToDouble(CocoResults.Found::score).toArray(), hit, ignored, count);
        }

        /** What was found of a category, the surest first. @param place of each in the picture that {@code of} has */
        private record Ranked(List<Matches> matches, Matches[] of, int[] place) {
            static Ranked of(List<Matches> matches, int most) {
                int n = matches.stream()
                        .mapToInt(m -> Math.min(most, m.scores.length))
                        .sum();
                var scores = new double[n];
                var of = new Matches[n];
                var place = new int[n];
                int at = 0;
                for (var match : matches)
                    for (int d = 0; d < Math.min(most, match.scores.length); d++, at++) {
                        scores[at] = match.scores[d];
                        of[at] = match;
                        place[at] = d;
                    }
                int[] order = IntStream.range(0, n)
                        .boxed()
                        .sorted(Comparator.comparingDouble(i -> 0 - scores[i])) // stable
                        .mapToInt(i -> i)
                        .toArray();
                return new Ranked(
                        matches,
                        IntStream.of(order).mapToObj(i -> of[i]).toArray(Matches[]::new),
                        IntStream.of(order).map(i -> place[i]).toArray());
            }

            /** @param times how often each picture counts @return null where there is nothing to find */
            Curve curve(int[] times, int fromLevel, int toLevel) {
                int things = 0, n = 0;
                for (var match : matches) things += times[match.picture] * match.things;
                if (things == 0) return null;
                for (var one : of) n += times[one.picture];
                var curve = new Curve(new double[LEVELS][RECALLS], new double[LEVELS]);
                var recall = new double[n];
                var precision = new double[n];
                for (int level = fromLevel; level < toLevel; level++) {
                    int right = 0, wrong = 0, at = 0;
                    for (int i = 0; i < of.length; i++)
                        for (int time = 0; time < times[of[i].picture]; time++, at++) {
                            if (!of[i].ignored[level][place[i]]) {
                                if (of[i].hit[level][place[i]]) right++;
                                else wrong++;
                            }
                            recall[at] = (double) right / things;
                            precision[at] = right / (wrong + right + Math.ulp(1.0));
                        }
                    for (int i = n - 1; i > 0; i--) precision[i - 1] = Math.max(precision[i - 1], precision[i]);
                    for (int r = 0, i = 0; r < RECALLS; r++) {
                        double wanted = r == RECALLS - 1 ? 1 : r * .01;
                        while (i < n && recall[i] < wanted) i++;
                        if (i == n) break;
                        curve.precision[level][r] = precision[i];
                    }
                    curve.recall[level] = n == 0 ? 0 : recall[n - 1];
                }
                return curve;
            }
        }

        /** Precision at each recall and the last recall, by level of overlap. */
        private record Curve(double[][] precision, double[] recall) {
            double precision(int fromLevel, int toLevel) {
                double sum = 0;
                for (int level = fromLevel; level < toLevel; level++)
                    sum += Arrays.stream(precision[level]).sum();
                return sum / RECALLS / (toLevel - fromLevel);
            }

            double recall(int fromLevel, int toLevel) {
                return Arrays.stream(recall, fromLevel, toLevel).average().orElseThrow();
            }
        }

        private Map<String, Double> summary(Curve[][][] curves) {
            int last = most.length - 1;
            var numbers = new LinkedHashMap<String, Double>();
            numbers.put("AP", mean(curves, 0, last, 0, LEVELS, true));
            numbers.put("AP50", mean(curves, 0, last, 0, 1, true));
            numbers.put("AP75", mean(curves, 0, last, 5, 6, true));
            String[] sizes = overlap == Overlap.KEYPOINTS
                    ? new String[] {"all", "medium", "large"}
                    : new String[] {"all", "small", "medium", "large"};
            for (int a = 1; a < sizes.length; a++)
                numbers.put("AP_" + sizes[a], mean(curves, a, last, 0, LEVELS, true));
            if (overlap == Overlap.KEYPOINTS) {
                numbers.put("AR", mean(curves, 0, 0, 0, LEVELS, false));
                numbers.put("AR50", mean(curves, 0, 0, 0, 1, false));
                numbers.put("AR75", mean(curves, 0, 0, 5, 6, false));
            } else
                for (int m = 0; m < most.length; m++)
                    numbers.put("AR_" + most[m], mean(curves, 0, m, 0, LEVELS, false));
            for (int a = 1; a < sizes.length; a++)
                numbers.put("AR_" + sizes[a], mean(curves, a, last, 0, LEVELS, false));
            return numbers;
        }

        /** Over the categories with something to find; -1 if there are none. */
        private static double mean(Curve[][][] curves, int area, int most, int from, int to, boolean precision) {
            return Arrays.stream(curves)
                    .map(category -> category[area][most])
                    .filter(curve -> curve != null)
                    .mapToDouble(curve -> precision ? curve.precision(from, to) : curve.recall(from, to))
                    .average()
                    .orElse(-1);
        }

        private List<OfCategory> perCategory(long[] ids, Map<Long, Coco.Category> known, Curve[][][] curves) {
            var categories = new ArrayList<OfCategory>();
            for (int c = 0; c < ids.length; c++) {
                var curve = curves[c][0][most.length - 1];
                if (curve == null) continue;
                String name = byCategory ? known.get(ids[c]).name() : "all";
                categories.add(new OfCategory(
                        ids[c], name, curve.precision(0, LEVELS), curve.precision(0, 1), curve.recall(0, LEVELS)));
            }
            return List.copyOf(categories);
        }
    }
}
