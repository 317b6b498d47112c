package resnet4j.data;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Pictures that a table names: tab- or comma-separated, with a head. Column {@code file} is a path relative to the
 * table; {@code index} is the class's number, or {@code label} its name. With {@code index}, a column {@code category}
 * names the classes. A column {@code split} sends rows to {@code train}, {@code val} or {@code test}.
 */
final class ListFile {
    private ListFile() {}

    private record Row(Path file, String label, String category, String split) {}

    static DataSource read(Path list) throws IOException {
        if (!Files.isRegularFile(list)) throw new IOException(list + ": there is no such list of pictures");
        List<String> lines;
        try {
            lines = Files.readAllLines(list).stream().filter(l -> !l.isBlank()).toList();
        } catch (CharacterCodingException e) {
            throw new IOException(list + ": expected text in UTF-8, got other bytes", e);
        }
        if (lines.size() < 2) throw new IOException(list + ": expected a head and a row for each picture");
        var separator = lines.get(0).contains("\t") ? "\t" : ",";
        var head = Arrays.asList(lines.get(0).strip().split(separator, -1));
        int file = head.indexOf("file"), index = head.indexOf("index"), label = head.indexOf("label");
        int category = head.indexOf("category"), split = head.indexOf("split");
        if (file < 0 || index < 0 && label < 0)
            throw new IOException(list + ": expected a column file, and one of index and label, got " + head);
        var rows = new ArrayList<Row>();
        for (int i = 1; i < lines.size(); i++) {
            var fields = lines.get(i).split(separator, -1);
            if (fields.length != head.size())
                throw new IOException(
                        list + " line " + (i + 1) + ": expected " + head.size() + " fields, got " + fields.length);
            rows.add(new Row(
                    list.resolveSibling(fields[file].strip()),
                    fields[index >= 0 ? index : label].strip(),
                    category < 0 ? "" : fields[category].strip(),
                    split < 0 ? "train" : fields[split].strip()));
        }
        var classes = index >= 0 ? numbered(list, rows) : named(rows);
        var numbers = new HashMap<String, Integer>();
        if (index < 0) for (int i = 0; i < classes.size(); i++) numbers.put(classes.get(i), i);
        var name = "list:" + list;
        if (split < 0) return new DataSource(name, files(rows, classes, numbers), Optional.empty(), Optional.empty());
        var train = part(rows, "train", classes, numbers);
        if (train.isEmpty()) throw new IOException(list + ": expected rows whose split is train, found none");
        return new DataSource(
                name, train.get(), part(rows, "val", classes, numbers), part(rows, "test", classes, numbers));
    }

    private static Optional<Dataset> part(
            List<Row> rows, String split, List<String> classes, Map<String, Integer> numbers) {
        var some = rows.stream().filter(r -> r.split.equals(split)).toList();
        return some.isEmpty() ? Optional.empty() : Optional.of(files(some, classes, numbers));
    }

    private static Dataset files(List<Row> rows, List<String> classes, Map<String, Integer> numbers) {
        return new PictureFiles(
                classes,
                rows.stream().map(Row::file).toList(),
                rows.stream()
                        .mapToInt(r -> numbers.isEmpty() ? Integer.parseInt(r.label) : numbers.get(r.label))
                        .toArray(),
                false);
    }

    private static List<String> named(List<Row> rows) {
        var names = new TreeSet<String>();
        for (var row : rows) names.add(row.label);
        return List.copyOf(names);
    }

    /** Names by number; a number without a category, or between the others, names itself. */
    private static List<String> numbered(Path list, List<Row> rows) throws IOException {
        var names = new ArrayList<String>();
        for (int i = 0; i < rows.size(); i++) {
            var row = rows.get(i);
            if (!row.label.matches("\\d{1,6}"))
                throw new IOException(list + " line " + (i + 2) + ": index: expected a class number, got " + row.label);
            int number = Integer.parseInt(row.label);
            while (names.size() <= number) names.add(Integer.toString(names.size()));
            if (!row.category.isEmpty()) names.set(number, row.category);
        }
        return names;
    }
}
