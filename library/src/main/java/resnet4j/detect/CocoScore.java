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

/**
 * How well things were found: COCO's average precision and recall (Lin et al. 2014, arXiv:1405.0312;
 * https://cocodataset.org/#detection-eval), number for number as pycocotools gives them. Numbers are in [0,1], and -1
 * where there is nothing to measure.
 *
 * @param numbers    in COCO's order: {@code AP} (mean over overlaps .50 to .95), {@code AP50}, {@code AP75}, by size of
 *                   the thing, and recalls; by name
 * @param categories of those with a thing to find
 */
public record CocoScore(Overlap overlap, Map<String, Double> numbers, List<OfCategory> categories) {
    /** Of one category, at all sizes: {@code ap} over all overlaps and {@code ap50}; {@code ar}, the recall. */
    public record OfCategory(long id, String name, double ap, double ap50, double ar) {}

    private static final int LEVELS = 10; // overlaps .50, .55, ..., .95
    private static final int RECALLS = 101; // 0, .01, ..., 1

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

        /** The matches of one picture, category and range of areas, best score first. */
        private record Matches(double[] scores, boolean[][] hit, boolean[][] ignored, int things) {}

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
            for (int c = 0; c < categories.length; c++) {
                var matches = new ArrayList<List<Matches>>();
                for (int a = 0; a < areas.length; a++) matches.add(new ArrayList<>());
                for (long picture : pictures) {
                    var place = new Place(picture, categories[c]);
                    var here = things.getOrDefault(place, List.of());
                    var there = finds.getOrDefault(place, List.of());
                    if (here.isEmpty() && there.isEmpty()) continue;
                    match(here, there, matches);
                }
                for (int a = 0; a < areas.length; a++)
                    for (int m = 0; m < most.length; m++) curves[c][a][m] = Curve.of(matches.get(a), most[m]);
            }
            return new CocoScore(overlap, summary(curves), perCategory(categories, known, curves));
        }

        /** Without categories, those of a picture come one after the other, and ties go by that order. */
        private static <T> List<T> sorted(List<T> things, ToLongFunction<T> category) {
            return things.stream().sorted(Comparator.comparingLong(category)).toList();
        }

        private Place place(long picture, long category) {
            return new Place(picture, byCategory ? category : -1);
        }

        private void match(List<Coco.Thing> things, List<CocoResults.Found> found, List<List<Matches>> matches) {
            var best = found.stream()
                    .sorted(Comparator.comparingDouble(f -> 0 - f.score())) // stable
                    .limit(most[most.length - 1])
                    .toList();
            var overlaps = new double[best.size()][things.size()];
            for (int d = 0; d < best.size(); d++)
                for (int g = 0; g < things.size(); g++) overlaps[d][g] = overlap.of(best.get(d), things.get(g));
            for (int a = 0; a < areas.length; a++) matches.get(a).add(match(things, best, overlaps, areas[a]));
        }

        private Matches match(
                List<Coco.Thing> things, List<CocoResults.Found> best, double[][] overlaps, double[] area) {
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
                    best.stream().mapToDouble(CocoResults.Found::score).toArray(), hit, ignored, count);
        }

        /** Precision at each recall and the last recall, by level of overlap; null where there is nothing to find. */
        private record Curve(double[][] precision, double[] recall) {
            static Curve of(List<Matches> matches, int most) {
                int things = matches.stream().mapToInt(Matches::things).sum();
                if (things == 0) return null;
                int n = matches.stream()
                        .mapToInt(m -> Math.min(most, m.scores.length))
                        .sum();
                var scores = new double[n];
                int[] match = new int[n], place = new int[n];
                int at = 0;
                for (int m = 0; m < matches.size(); m++)
                    for (int d = 0; d < Math.min(most, matches.get(m).scores.length); d++, at++) {
                        scores[at] = matches.get(m).scores[d];
                        match[at] = m;
                        place[at] = d;
                    }
                Integer[] order = IntStream.range(0, n).boxed().toArray(Integer[]::new);
                Arrays.sort(order, Comparator.comparingDouble(i -> 0 - scores[i])); // stable
                var curve = new Curve(new double[LEVELS][RECALLS], new double[LEVELS]);
                for (int level = 0; level < LEVELS; level++) {
                    var recall = new double[n];
                    var precision = new double[n];
                    int right = 0, wrong = 0;
                    for (int i = 0; i < n; i++) {
                        var of = matches.get(match[order[i]]);
                        int d = place[order[i]];
                        if (!of.ignored[level][d]) {
                            if (of.hit[level][d]) right++;
                            else wrong++;
                        }
                        recall[i] = (double) right / things;
                        precision[i] = right / (wrong + right + Math.ulp(1.0));
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
