package resnet4j;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import resnet4j.report.Words;

/** What is said of one of many pictures, as JSON, as a line, and as rows of a table. */
public sealed interface Predicted {
    /** Its file. */
    String image();

    /** After the picture's name. */
    String words();

    /** The table's columns after the picture's. */
    List<String> head();

    /** The table's cells after the picture's, a row each. */
    List<List<String>> rows();

    /**
     * @param top     likeliest first
     * @param notSure why the model is not sure, a sentence each; none where it is; absent where it was not calibrated for that
     * @param oneOf   classes of which one is the true one as often as was wanted; absent where it was not calibrated for that
     */
    record Classes(
            String image,
            List<Classifier.Prediction> top,
            Optional<List<String>> notSure,
            Optional<List<Classifier.Prediction>> oneOf)
            implements Predicted {
        public Classes(String image, List<Classifier.Prediction> top) {
            this(image, top, Optional.empty(), Optional.empty());
        }

        static Classes of(String image, Classifier.Judged judged) {
            return new Classes(image, judged.top(), judged.doubts(), judged.oneOf());
        }

        @Override
        public String words() {
            var said = listed(top);
            if (oneOf.isPresent())
                said += oneOf.get().isEmpty()
                        ? "; none is likely enough to be named"
                        : "; " + (oneOf.get().size() == 1 ? "named: " : "one of: ")
                                + oneOf.get().stream()
                                        .map(p -> Words.shown(p.label()))
                                        .collect(Collectors.joining(", "));
            return notSure.filter(doubts -> !doubts.isEmpty()).isEmpty()
                    ? said
                    : "not sure, " + String.join(", and ", notSure.get()) + "; " + said;
        }

        private static String listed(List<Classifier.Prediction> classes) {
            return classes.stream()
                    .map(p -> String.format(Locale.ROOT, "%s %.1f %%", Words.shown(p.label()), 100 * p.probability()))
                    .collect(Collectors.joining(", "));
        }

        @Override
        public List<String> head() {
            var head = new ArrayList<>(List.of("rank", "index", "label", "probability"));
            if (notSure.isPresent()) head.add("sure");
            if (oneOf.isPresent()) head.add("named");
            return head;
        }

        @Override
        public List<List<String>> rows() {
            var rows = new ArrayList<List<String>>();
            for (var p : top) {
                var row = new ArrayList<>(List.of(
                        Integer.toString(rows.size() + 1),
                        Integer.toString(p.index()),
                        p.label(),
                        number(p.probability())));
                notSure.ifPresent(doubts -> row.add(Boolean.toString(doubts.isEmpty())));
                oneOf.ifPresent(named -> row.add(Boolean.toString(named.contains(p))));
                rows.add(row);
            }
            return rows;
        }
    }

    /** @param labels all of them, likeliest first */
    record Labels(String image, List<Labeller.Found> labels) implements Predicted {
        @Override
        public String words() {
            var there = labels.stream().filter(Labeller.Found::there).toList();
            return there.isEmpty()
                    ? "none of the labels"
                    : there.stream()
                            .map(f -> String.format(
                                    Locale.ROOT, "%s %.1f %%", Words.shown(f.label()), 100 * f.probability()))
                            .collect(Collectors.joining(", "));
        }

        @Override
        public List<String> head() {
            return List.of("index", "label", "probability", "there");
        }

        @Override
        public List<List<String>> rows() {
            return labels.stream()
                    .map(f -> List.of(
                            Integer.toString(f.index()),
                            f.label(),
                            number(f.probability()),
                            Boolean.toString(f.there())))
                    .toList();
        }
    }

    record Numbers(String image, Map<String, Double> numbers) implements Predicted {
        @Override
        public String words() {
            return numbers.entrySet().stream()
                    .map(n -> String.format(Locale.ROOT, "%s %.4g", Words.shown(n.getKey()), n.getValue()))
                    .collect(Collectors.joining(", "));
        }

        @Override
        public List<String> head() {
            return List.copyOf(numbers.keySet());
        }

        @Override
        public List<List<String>> rows() {
            return List.of(numbers.values().stream().map(Predicted::number).toList());
        }
    }

    private static String number(double number) {
        return String.format(Locale.ROOT, "%.6g", number);
    }
}
