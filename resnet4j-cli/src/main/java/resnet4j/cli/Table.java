package resnet4j.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Rows of text in columns: names to the left, numbers to the right. */
final class Table {
    private static final String NUMBER = "[-+]?[\\d.,]+ ?(%|[kMGT]i?B?|ms|s|M|G)?";
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
        return rows.stream().map(row -> line(row, width, right)).collect(Collectors.joining("\n"));
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
