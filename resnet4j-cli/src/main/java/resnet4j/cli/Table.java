package resnet4j.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Rows of text in columns: names to the left, numbers to the right. Where the terminal ({@code resnet4j.width}, from the
 * launcher) is too narrow, the last column stands below, indented and broken between words.
 */
final class Table {
    private static final String NUMBER = "[-+]?[\\d.,]+ ?(%|[kMGT]i?B?|ms|s|M|G)?";
    private static final int INDENT = 4;

    private final List<List<String>> rows = new ArrayList<>();
    private final boolean header;

    /** @param header the names of the columns, or nothing for a table that needs none */
    Table(String... header) {
        this.header = header.length > 0;
        if (this.header) rows.add(List.of(header));
    }

    Table row(Object... cells) {
        rows.add(IntStream.range(0, cells.length)
                .mapToObj(i -> String.valueOf(cells[i]))
                .toList());
        return this;
    }

    /** The lines, without a line feed at the end. */
    @Override
    public String toString() {
        int columns = rows.stream().mapToInt(List::size).max().orElse(0);
        var width = new int[columns];
        var right = new boolean[columns];
        for (int c = 0; c < columns; c++) {
            int column = c;
            var cells = rows.stream().filter(r -> r.size() > column).map(r -> r.get(column));
            width[c] = cells.mapToInt(String::length).max().orElse(0);
            right[c] = rows.size() > (header ? 1 : 0)
                    && rows.stream()
                            .skip(header ? 1 : 0)
                            .allMatch(r -> r.size() > column && r.get(column).matches(NUMBER));
        }
        int most = Integer.getInteger("resnet4j.width", Integer.MAX_VALUE);
        int all = IntStream.of(width).sum() + 2 * (columns - 1);
        if (columns > 1 && all > most && !right[columns - 1]) {
            var narrow = Arrays.copyOf(width, columns - 1);
            return rows.stream()
                    .map(row -> row.size() < columns
                            ? line(row, width, right)
                            : line(row.subList(0, columns - 1), narrow, right) + below(row.get(columns - 1), most))
                    .collect(Collectors.joining("\n"));
        }
        return rows.stream().map(row -> line(row, width, right)).collect(Collectors.joining("\n"));
    }

    private static String below(String cell, int most) {
        return cell.isBlank() ? "" : "\n" + folded(cell, most, INDENT);
    }

    /** Text on lines of its own of {@code most} letters, each indented, broken at spaces only. */
    static String folded(String text, int most, int indent) {
        var lines = new StringBuilder();
        int length = 0;
        for (var word : text.split(" ")) {
            if (word.isEmpty()) continue;
            boolean fits = length > 0 && length + 1 + word.length() <= most;
            if (fits) lines.append(' ').append(word);
            else lines.append(length > 0 ? "\n" : "").append(" ".repeat(indent)).append(word);
            length = fits ? length + 1 + word.length() : indent + word.length();
        }
        return lines.toString();
    }

    private static String line(List<String> row, int[] width, boolean[] right) {
        var line = new StringBuilder();
        for (int c = 0; c < row.size(); c++) {
            String space = " ".repeat(width[c] - row.get(c).length());
            line.append(right[c] ? space + row.get(c) : row.get(c) + space).append("  ");
        }
        return line.toString().stripTrailing();
    }
}
