package resnet4j.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import resnet4j.config.Checks;

/**
 * Pictures that a table names: RFC 4180 with a head, separated by commas, semicolons or tabs. Column {@code file} is a path
 * relative to the table; {@code index} is the class's number, or {@code label} its name. With {@code index}, a column
 * {@code category} names the classes. A column {@code split} sends rows to {@code train}, {@code val} or {@code test}.
 */
final class ListFile {
    private static final List<String> SPLITS = List.of("train", "val", "test");

    private ListFile() {}

    private record Row(int line, Path file, String label, String category, String split) {}

    static DataSource<Label> read(Path list) throws IOException {
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
        int file = head.indexOf("file"), index = head.indexOf("index"), label = head.indexOf("label");
        int category = head.indexOf("category"), split = head.indexOf("split");
        if (file < 0 || index < 0 && label < 0)
            throw new IOException(list + ": expected a column file, and one of index and label, got " + head);
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
                    path(list, line, fields.get(file)),
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
        var classes = index >= 0 ? numbered(list, rows) : named(list, rows);
        var numbers = new HashMap<String, Integer>();
        if (index < 0) for (int i = 0; i < classes.size(); i++) numbers.put(classes.get(i), i);
        var train = part(list, rows, "train", classes, numbers);
        if (train.isEmpty())
            throw new IOException(
                    list + ": expected rows" + (split < 0 ? "" : " whose split is train") + ", found none");
        return new DataSource<>(
                "list:" + list,
                train.get(),
                part(list, rows, "val", classes, numbers),
                part(list, rows, "test", classes, numbers));
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

    private static Optional<Dataset<Label>> part(
            Path list, List<Row> rows, String split, List<String> classes, Map<String, Integer> numbers) {
        var some = rows.stream().filter(r -> r.split.equals(split)).toList();
        return some.isEmpty() ? Optional.empty() : Optional.of(files(list, some, classes, numbers));
    }

    private static Dataset<Label> files(Path list, List<Row> rows, List<String> classes, Map<String, Integer> numbers) {
        return new PictureFiles(
                classes,
                rows.stream().map(Row::file).toList(),
                rows.stream()
                        .mapToInt(r -> numbers.isEmpty() ? Integer.parseInt(r.label) : numbers.get(r.label))
                        .toArray(),
                list.resolveSibling(""));
    }

    private static List<String> named(Path list, List<Row> rows) throws IOException {
        var names = new TreeSet<String>();
        for (var row : rows) names.add(row.label);
        if (!names.isEmpty()
                && names.stream().allMatch(name -> name.matches("[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?")))
            throw new IOException(list + ": label: expected the names of classes, got numbers such as " + names.first()
                    + "; call the column index if they are numbers of classes, from 0 on, or give classes names that are"
                    + " not numbers");
        var holders = new HashMap<String, Integer>(); // how many names a part is in
        for (var name : names) for (var part : Set.copyOf(parts(name))) holders.merge(part, 1, Integer::sum);
        for (var name : names) {
            var parts = parts(name);
            if (parts.size() > 1 && parts.stream().allMatch(part -> holders.get(part) > 1))
                throw new IOException(
                        list + ": label: expected one class a picture, got several, " + name
                                + "; give each row one, or write classes whose names hold a comma, a bar or a semicolon otherwise");
        }
        return List.copyOf(names);
    }

    private static List<String> parts(String label) {
        return Stream.of(label.split("[|;,]")).map(String::strip).toList();
    }

    /** Names by number; a number without a category, or between the others, names itself. */
    private static List<String> numbered(Path list, List<Row> rows) throws IOException {
        var categories = new HashMap<Integer, String>();
        int most = -1;
        for (var row : rows) {
            int number = row.label.matches("\\d{1,9}") ? Integer.parseInt(row.label) : -1;
            if (number < 0 || number >= Checks.mostClasses(rows.size()))
                throw new IOException(list + " line " + row.line + ": index: expected a class number from 0 to "
                        + (Checks.mostClasses(rows.size()) - 1) + " for " + rows.size() + " pictures, got "
                        + row.label);
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
