package resnet4j.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;

/**
 * A table of pictures: RFC 4180 with a head, separated by commas, semicolons or tabs. Column {@code file} is a path relative
 * to the table; {@code split} sends rows to {@code train}, {@code val} or {@code test}; pictures of one {@code group} (or
 * {@code patient}) are never in two splits.
 */
record Table(Path path, List<String> head, List<Row> rows) {
    static final List<String> SPLITS = List.of("train", "val", "test");

    /** @param group empty for pictures that belong with no others */
    record Row(int line, Path file, String split, String group, List<String> cells) {}

    static Table read(Path list) throws IOException {
        if (!Files.isRegularFile(list)) throw new IOException(list + ": there is no such list of pictures");
        String text;
        try {
            text = Files.readString(list).replaceFirst("^\uFEFF", ""); // spreadsheets mark UTF-8 so
        } catch (CharacterCodingException e) {
            throw new IOException(list + ": expected text in UTF-8, got other bytes", e);
        }
        var records = records(list, text);
        if (records.size() < 2) throw new IOException(list + ": expected a head and a row for each picture");
        var head = fields(records.get(0));
        int file = head.indexOf("file"), split = head.indexOf("split");
        int group = Math.max(head.indexOf("group"), head.indexOf("patient"));
        var rows = new ArrayList<Row>();
        for (var found : records.subList(1, records.size())) {
            var fields = fields(found);
            if (fields.stream().allMatch(String::isEmpty)) continue;
            int line = (int) found.line;
            if (fields.size() != head.size())
                throw new IOException(
                        list + " line " + line + ": expected " + head.size() + " fields, got " + fields.size());
            var row = new Row(
                    line,
                    file < 0 ? list : path(list, line, fields.get(file)),
                    split < 0 ? "train" : fields.get(split),
                    group < 0 ? "" : fields.get(group),
                    fields);
            rows.add(row);
        }
        return new Table(list, head, rows);
    }

    /** What every row has to have. @param missing what is said where the table has no column {@code file} */
    void check(String missing) throws IOException {
        int file = column("file");
        if (file < 0) throw new IOException(path + ": " + missing + ", got " + head);
        var splits = new HashMap<String, Row>();
        for (var row : rows) {
            if (row.cells.get(file).isEmpty())
                throw new IOException(path + " line " + row.line + ": file: expected the path of a picture, got none");
            if (!SPLITS.contains(row.split))
                throw new IOException(path + " line " + row.line + ": split: expected one of "
                        + String.join(", ", SPLITS) + ", got " + row.split);
            if (row.group.isEmpty()) continue;
            var other = splits.putIfAbsent(row.group, row);
            if (other != null && !other.split.equals(row.split))
                throw new IOException(path + " line " + row.line + ": split: expected " + other.split
                        + ", where line " + other.line + " has the same group " + row.group + ", got " + row.split
                        + "; what is learned from a patient must not be tested on the same");
        }
        if (rows.stream().noneMatch(row -> row.split.equals("train")))
            throw new IOException(
                    path + ": expected rows" + (column("split") < 0 ? "" : " whose split is train") + ", found none");
    }

    /** The place of a column, or -1. */
    int column(String name) {
        return head.indexOf(name);
    }

    List<Row> of(String split) {
        return rows.stream().filter(row -> row.split.equals(split)).toList();
    }

    boolean grouped() {
        return rows.stream().anyMatch(row -> !row.group.isEmpty());
    }

    /**
     * Columns of which at least one cell is a number, in their order: what is measured of pictures, and no notes.
     *
     * @param others   columns that are something else
     * @param expected what is said where there is none
     */
    Map<String, Integer> numeric(List<String> others, String expected) throws IOException {
        var found = new LinkedHashMap<String, Integer>();
        for (int i = 0; i < head.size(); i++) {
            int column = i;
            if (others.contains(head.get(i)) || rows.stream().noneMatch(row -> number(row.cells.get(column)) != null))
                continue;
            if (found.put(head.get(i), i) != null)
                throw new IOException(path + ": expected columns of different names, got two called " + head.get(i));
        }
        if (found.isEmpty()) throw new IOException(path + ": expected " + expected + ", got " + head);
        return found;
    }

    /** The number in a cell. */
    double number(Row row, int column) throws IOException {
        var number = number(row.cells.get(column));
        if (number == null)
            throw new IOException(path + " line " + row.line + ": " + head.get(column) + ": expected a number, got "
                    + (row.cells.get(column).isEmpty() ? "none" : row.cells.get(column)));
        return number;
    }

    /** Whether a text is a decimal number; Java has hexadecimal ones too. */
    static boolean numeral(String text) {
        return text.matches("[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?");
    }

    private static Double number(String text) {
        if (!numeral(text)) return null;
        double number = Double.parseDouble(text);
        return Double.isFinite(number) ? number : null;
    }

    /** A record of the table, and the line in which it begins. */
    private record Fields(long line, List<String> values) {}

    private static List<Fields> records(Path list, String text) throws IOException {
        int end = text.indexOf('\n');
        var first = end < 0 ? text : text.substring(0, end);
        char separator = first.contains("\t") ? '\t' : first.contains(",") ? ',' : first.contains(";") ? ';' : ',';
        var format = CSVFormat.RFC4180.builder().setDelimiter(separator).get();
        var records = new ArrayList<Fields>();
        try (var parser = CSVParser.parse(text, format)) {
            long line = 1;
            for (var record : parser) {
                records.add(new Fields(line, record.toList()));
                line = parser.getCurrentLineNumber() + 1;
            }
        } catch (UncheckedIOException | IOException e) {
            throw new IOException(list + ": expected a table as RFC 4180 has it, got: " + e.getMessage(), e);
        }
        return records;
    }

    private static List<String> fields(Fields record) {
        return record.values.stream().map(String::strip).toList();
    }

    private static Path path(Path list, int line, String text) throws IOException {
        try {
            return list.resolveSibling(text);
        } catch (InvalidPathException e) {
            throw new IOException(
                    list + " line " + line + ": expected the path of a picture, got "
                            + text.replaceAll("\\p{Cntrl}", "?"),
                    e);
        }
    }
}
