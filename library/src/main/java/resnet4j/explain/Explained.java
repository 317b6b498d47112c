package resnet4j.explain;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Why a network gave an answer to a picture, by one or more methods.
 *
 * @param layer  what the methods of class activation maps looked at
 * @param height of the network's input
 * @param width  of the network's input
 * @param peaks  row and column of what counts most, by method
 * @param checks whether each map can be trusted, where that was asked for
 */
public record Explained(
        String model,
        Path picture,
        List<String> methods,
        String layer,
        Answer answer,
        int height,
        int width,
        List<int[]> peaks,
        Optional<Path> out,
        Optional<Path> raw,
        Optional<List<Faithfulness>> checks) {
    /** What was explained. @param where it is, of what is not said of the whole picture */
    public record Answer(int index, String label, double probability, Optional<String> where) {
        Answer(int index, String label, double probability) {
            this(index, label, probability, Optional.empty());
        }
    }

    /** In lines, for people. */
    @Override
    public String toString() {
        var text = new StringBuilder(String.format(
                Locale.ROOT,
                "%s: %s (%.1f %%)%s",
                picture,
                answer.label,
                100 * answer.probability,
                answer.where.map(where -> ", " + where).orElse("")));
        for (int i = 0; i < methods.size(); i++) {
            text.append(String.format(
                    Locale.ROOT,
                    "%n%s: counts most at row %d, column %d of %dx%d",
                    methods.get(i),
                    peaks.get(i)[0],
                    peaks.get(i)[1],
                    height,
                    width));
            if (checks.isPresent()) text.append(said(checks.get().get(i)));
        }
        out.ifPresent(file -> text.append("\n")
                .append(file)
                .append(methods.size() > 1 ? ": the methods, four to a row" : ": the heat over the picture"));
        raw.ifPresent(file -> text.append("\n").append(file).append(": the heat itself"));
        return text.toString();
    }

    private static String said(Faithfulness check) {
        return String.format(
                Locale.ROOT,
                "; deletion %.3f, insertion %.3f, ROAD %+.3f, like that of random weights %.2f%s",
                check.deletion(),
                check.insertion(),
                check.road(),
                check.random(),
                check.ignoresWeights() ? ": it shows the picture more than the network" : "");
    }
}
