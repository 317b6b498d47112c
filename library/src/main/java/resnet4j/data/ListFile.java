package resnet4j.data;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Pictures that a table names: tab- or comma-separated, without quotes, with a head. Column {@code file} is a path
 * relative to the table; {@code index} is the class's number, or {@code label} its name. With {@code index}, a column
 * {@code category} names the classes. A column {@code split} sends rows to {@code train}, {@code val} or {@code test}.
 */
final class ListFile {
    private static final List<String> SPLITS = List.of("train", "val", "test");

    private ListFile() {}

    private record Row(int line, Path file, String label, String category, String split) {}

    static DataSource<Label> read(Path list) throws IOException {
        if (!Files.isRegularFile(list)) throw new IOException(list + ": there is no such list of pictures");
        List<String> lines;
        try {
            lines = Files.readAllLines(list);
        } catch (CharacterCodingException e) {
            throw new IOException(list + ": expected text in UTF-8, got other bytes", e);
        }
        if (lines.size() < 2) throw new IOException(list + ": expected a head and a row for each picture");
        var separator = lines.get(0).contains("\t") ? "\t" : ",";
        var head = fields(lines.get(0).replaceFirst("^\uFEFF", ""), separator); // spreadsheets mark UTF-8 so
        int file = head.indexOf("file"), index = head.indexOf("index"), label = head.indexOf("label");
        int category = head.indexOf("category"), split = head.indexOf("split");
        if (file < 0 || index < 0 && label < 0)
            throw new IOException(list + ": expected a column file, and one of index and label, got " + head);
        var rows = new ArrayList<Row>();
        for (int i = 1; i < lines.size(); i++) {
            if (lines.get(i).isBlank()) continue;
            var fields = fields(lines.get(i), separator);
            if (fields.size() != head.size())
                throw new IOException(
                        list + " line " + (i + 1) + ": expected " + head.size() + " fields, got " + fields.size());
            var row = new Row(
                    i + 1,
                    list.resolveSibling(fields.get(file)),
                    fields.get(index >= 0 ? index : label),
                    category < 0 ? "" : fields.get(category),
                    split < 0 ? "train" : fields.get(split));
            if (fields.get(file).isEmpty() || row.label.isEmpty())
                throw new IOException(list + " line " + row.line + ": expected a file and its class, got none");
            if (!SPLITS.contains(row.split))
                throw new IOException(list + " line " + row.line + ": split: expected one of "
                        + String.join(", ", SPLITS) + ", got " + row.split);
            rows.add(row);
        }
        var classes = index >= 0 ? numbered(list, rows) : named(rows);
        var numbers = new HashMap<String, Integer>();
        if (index < 0) for (int i = 0; i < classes.size(); i++) numbers.put(classes.get(i), i);
        var train = part(rows, "train", classes, numbers);
        if (train.isEmpty())
            throw new IOException(
                    list + ": expected rows" + (split < 0 ? "" : " whose split is train") + ", found none");
        return new DataSource<>(
                "list:" + list, train.get(), part(rows, "val", classes, numbers), part(rows, "test", classes, numbers));
    }

    private static List<String> fields(String line, String separator) {
        return Stream.of(line.split(separator, -1)).map(String::strip).toList();
    }

    private static Optional<Dataset<Label>> part(
            List<Row> rows, String split, List<String> classes, Map<String, Integer> numbers) {
        var some = rows.stream().filter(r -> r.split.equals(split)).toList();
        return some.isEmpty() ? Optional.empty() : Optional.of(files(some, classes, numbers));
    }

    private static Dataset<Label> files(List<Row> rows, List<String> classes, Map<String, Integer> numbers) {
        return new PictureFiles(
                classes,
                rows.stream().map(Row::file).toList(),
                rows.stream()
                        .mapToInt(r -> numbers.isEmpty() ? Integer.parseInt(r.label) : numbers.get(r.label))
                        .toArray());
    }

    private static List<String> named(List<Row> rows) {
        var names = new TreeSet<String>();
        for (var row : rows) names.add(row.label);
        return List.copyOf(names);
    }

    /** Names by number; a number without a category, or between the others, names itself. */
    private static List<String> numbered(Path list, List<Row> rows) throws IOException {
        var categories = new HashMap<Integer, String>();
        int most = -1;
        for (var row : rows) {
            int number = row.label.matches("\\d{1,9}") ? Integer.parseInt(row.label) : -1;
            if (number < 0 || number >= Checks.MOST_CLASSES)
                throw new IOException(list + " line " + row.line + ": index: expected a class number from 0 to "
                        + (Checks.MOST_CLASSES - 1) + ", got " + row.label);
            most = Math.max(most, number);
            if (row.category.isEmpty()) continue;
            var other = categories.putIfAbsent(number, row.category);
            if (other != null && !other.equals(row.category))
                throw new IOException(list + " line " + row.line + ": category: expected " + other + " for class "
                        + number + ", as in another row, got " + row.category);
        }
        var names = new ArrayList<String>();
        for (int i = 0; i <= most; i++) names.add(categories.getOrDefault(i, Integer.toString(i)));
        return names;
    }
}
