package resnet4j.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** The known name that a wrong one was probably meant to be. */
public final class Nearest {
    private Nearest() {}

    /**
     * The candidate with the fewest edits (insert, delete, replace, swap of neighbours; letter case is free) from
     * {@code name}, if at most a third of its letters, and two in a short name, would have to change.
     */
    public static Optional<String> to(String name, Collection<String> candidates) {
        return candidates.stream()
                .filter(candidate -> edits(name, candidate) <= Math.max(2, name.length() / 3))
                .filter(candidate -> edits(name, candidate) < Math.max(name.length(), candidate.length()))
                .min(Comparator.<String>comparingInt(candidate -> edits(name, candidate))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /** {@code " Did you mean 'resnet18'?"} to put at the end of a sentence, or an empty string if nothing is near. */
    public static String hint(String name, Collection<String> candidates) {
        return to(name, candidates)
                .map(nearest -> " Did you mean '" + nearest + "'?")
                .orElse("");
    }

    /** Damerau-Levenshtein distance in its optimal-string-alignment form, without letter case. */
    static int edits(String from, String to) {
        String a = from.toLowerCase(Locale.ROOT), b = to.toLowerCase(Locale.ROOT);
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int replaced = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                d[i][j] = Math.min(replaced, 1 + Math.min(d[i - 1][j], d[i][j - 1]));
                boolean swapped =
                        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
                if (swapped) d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
            }
        }
        return d[a.length()][b.length()];
    }
}
