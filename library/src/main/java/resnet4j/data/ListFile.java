package resnet4j.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import resnet4j.config.Checks;
import resnet4j.image.Target;

/**
 * Pictures that a {@link Table} names. Of one class each: {@code index} is the class's number, or {@code label} its name;
 * with {@code index}, a column {@code category} names the classes. Of several labels: {@code labels} has their names with
 * bars between them, or each label has a column of 0 and 1. Of numbers: a column each.
 */
final class ListFile {
    private static final List<String> OTHERS =
            List.of("file", "split", "group", "patient", "index", "label", "labels", "category");

    private ListFile() {}

    private record Row(int line, Path file, String label, String category) {}

    static DataSource<Label> read(Path list) throws IOException {
        var table = Table.read(list);
        int file = table.column("file"), index = table.column("index"), label = table.column("label");
        int category = table.column("category");
        var needed = "expected a column file, and one of index and label";
        if (index < 0 && label < 0) throw new IOException(list + ": " + needed + ", got " + table.head());
        var rows = new ArrayList<Row>();
        for (var found : table.rows()) {
            var cells = found.cells();
            var row = new Row(
                    found.line(),
                    found.file(),
                    cells.get(index >= 0 ? index : label),
                    category < 0 ? "" : cells.get(category));
            if (row.label.isEmpty() || file >= 0 && cells.get(file).isEmpty())
                throw new IOException(list + " line " + row.line + ": expected a file and its class, got none");
            rows.add(row);
        }
        table.check(needed);
        var classes = index >= 0 ? numbered(list, rows) : named(list, rows);
        var numbers = new HashMap<String, Integer>();
        if (index < 0) for (int i = 0; i < classes.size(); i++) numbers.put(classes.get(i), i);
        return source(table, classes, row -> {
            var text = row.cells().get(index >= 0 ? index : label);
            return new Label(index >= 0 ? Integer.parseInt(text) : numbers.get(text));
        });
    }

    static DataSource<Labels> labels(Path list) throws IOException {
        var table = Table.read(list);
        table.check("expected a column file, and labels or columns of 0 and 1");
        int together = table.column("labels");
        if (together >= 0) {
            var names = new TreeSet<String>();
            for (var row : table.rows()) names.addAll(parts(row.cells().get(together)));
            names.remove("");
            if (names.isEmpty())
                throw new IOException(list + ": labels: expected names with | between them, got none in any row");
            var classes = List.copyOf(names);
            return source(
                    table,
                    classes,
                    row -> new Labels(parts(row.cells().get(together)).stream()
                            .filter(name -> !name.isEmpty())
                            .map(classes::indexOf)
                            .sorted()
                            .distinct()
                            .toList()));
        }
        var columns = table.numeric(OTHERS, "a column labels, or a column of 0 and 1 for each label");
        return source(table, List.copyOf(columns.keySet()), row -> {
            var there = new ArrayList<Integer>();
            int place = 0;
            for (int column : columns.values()) {
                double number = table.number(row, column);
                if (number != 0 && number != 1)
                    throw new IOException(list + " line " + row.line() + ": "
                            + table.head().get(column) + ": expected 0 or 1, as a label is there or not, got "
                            + row.cells().get(column));
                if (number == 1) there.add(place);
                place++;
            }
            return new Labels(there);
        });
    }

    static DataSource<Numbers> numbers(Path list) throws IOException {
        var table = Table.read(list);
        table.check("expected a column file, and a column of numbers for each that is to be learned");
        var columns = table.numeric(OTHERS, "a column of numbers for each that is to be learned");
        return source(table, List.copyOf(columns.keySet()), row -> {
            var values = new ArrayList<Double>();
            for (int column : columns.values()) values.add(table.number(row, column));
            return new Numbers(values);
        });
    }

    /** What is known of a row's picture. */
    private interface Reading<T> {
        T of(Table.Row row) throws IOException;
    }

    private static <T extends Target<T>> DataSource<T> source(Table table, List<String> classes, Reading<T> reading)
            throws IOException {
        var parts = new ArrayList<Optional<Dataset<T>>>();
        for (var split : Table.SPLITS) parts.add(part(table, table.of(split), classes, reading));
        return new DataSource<>("list:" + table.path(), parts.get(0).orElseThrow(), parts.get(1), parts.get(2));
    }

    @SuppressWarnings("unchecked") // pictures whose targets are labels have labels
    private static <T extends Target<T>> Optional<Dataset<T>> part(
            Table table, List<Table.Row> rows, List<String> classes, Reading<T> reading) throws IOException {
        if (rows.isEmpty()) return Optional.empty();
        var targets = new ArrayList<T>();
        for (var row : rows) targets.add(reading.of(row));
        var labels = new int[rows.size()];
        for (int i = 0; i < labels.length; i++) if (targets.get(i) instanceof Label label) labels[i] = label.index();
        var files = new PictureFiles(
                classes,
                rows.stream().map(Table.Row::file).toList(),
                labels,
                table.path().resolveSibling(""));
        if (targets.get(0) instanceof Label && !table.grouped()) return Optional.of((Dataset<T>) files);
        var groups = rows.stream().map(Table.Row::group).toList();
        return Optional.of(new Targeted<>(files, classes, targets, table.grouped() ? groups : List.of()));
    }

    private static List<String> named(Path list, List<Row> rows) throws IOException {
        var names = new TreeSet<String>();
        for (var row : rows) names.add(row.label);
        if (!names.isEmpty() && names.stream().allMatch(Table::numeral))
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
