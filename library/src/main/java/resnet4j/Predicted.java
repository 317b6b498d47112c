package resnet4j;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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

    /** @param top likeliest first */
    record Classes(String image, List<Classifier.Prediction> top) implements Predicted {
        @Override
        public String words() {
            return top.stream()
                    .map(p -> String.format(Locale.ROOT, "%s %.1f %%", Words.shown(p.label()), 100 * p.probability()))
                    .collect(Collectors.joining(", "));
        }

        @Override
        public List<String> head() {
            return List.of("rank", "index", "label", "probability");
        }

        @Override
        public List<List<String>> rows() {
            var rows = new ArrayList<List<String>>();
            for (var p : top)
                rows.add(List.of(
                        Integer.toString(rows.size() + 1),
                        Integer.toString(p.index()),
                        p.label(),
                        number(p.probability())));
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
