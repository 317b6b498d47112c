package resnet4j.inspect;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Finds pictures that are there twice, whole or changed a little: brighter, moved, cut, mirrored, compressed. */
final class Duplicates {
    private Duplicates() {}

    /**
     * Two pictures.
     *
     * @param first    the place of the earlier one
     * @param second   of the later one
     * @param distance bits in which their perceptual hashes differ, of 64, or one's and that of the other's mirror image
     * @param likeness of their edges, up to 1
     * @param mirrored whether one is the other's mirror image
     */
    record Pair(int first, int second, int distance, double likeness, boolean mirrored) {}

    /**
     * All pairs whose hashes differ in at most {@code bits}, and whose likeness is {@code least} or more; most alike first.
     *
     * @param prints null for what could not be read
     */
    static List<Pair> byHash(List<Fingerprint> prints, int bits, double least) {
        int n = prints.size();
        var hashes = new long[n];
        var mirrored = new long[n];
        for (int i = 0; i < n; i++)
            if (prints.get(i) != null) {
                hashes[i] = prints.get(i).hash();
                mirrored[i] = prints.get(i).mirrored();
            }
        return IntStream.range(0, n)
                .parallel()
                .boxed()
                .flatMap(i -> near(prints, hashes, mirrored, i, bits, least))
                .sorted(ORDER)
                .toList();
    }

    static final Comparator<Pair> ORDER = Comparator.comparingDouble((Pair p) -> -p.likeness)
            .thenComparingInt(Pair::first)
            .thenComparingInt(Pair::second);

    private static Stream<Pair> near(
            List<Fingerprint> prints, long[] hashes, long[] mirrored, int i, int bits, double least) {
        if (prints.get(i) == null) return Stream.empty();
        var found = new ArrayList<Pair>();
        long own = hashes[i], other = mirrored[i];
        for (int j = i + 1; j < hashes.length; j++) {
            int distance = Long.bitCount(own ^ hashes[j]), turned = Long.bitCount(other ^ hashes[j]);
            if (Math.min(distance, turned) > bits || prints.get(j) == null) continue;
            pair(prints, i, j, distance, turned, least).ifPresent(found::add);
        }
        return found.stream();
    }

    /** The pair, if it is alike enough. */
    static Optional<Pair> pair(List<Fingerprint> prints, int i, int j, double least) {
        return pair(
                prints,
                i,
                j,
                Long.bitCount(prints.get(i).hash() ^ prints.get(j).hash()),
                Long.bitCount(prints.get(i).mirrored() ^ prints.get(j).hash()),
                least);
    }

    private static Optional<Pair> pair(List<Fingerprint> prints, int i, int j, int distance, int turned, double least) {
        Fingerprint a = prints.get(i), b = prints.get(j);
        double straight = a.digest() == b.digest() ? 1 : Likeness.of(a, b, false);
        double mirror = Likeness.of(a, b, true);
        boolean mirrored = mirror > straight;
        if (Math.max(straight, mirror) < least) return Optional.empty();
        return Optional.of(new Pair(i, j, Math.min(distance, turned), Math.max(straight, mirror), mirrored));
    }
}
