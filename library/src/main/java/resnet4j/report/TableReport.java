package resnet4j.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A page of findings: sections of charts and a table, in the frame and style of a run's report.
 *
 * @param kind  what sort of page it is, in two or three words
 * @param title the heading
 * @param lead  the sentence under the heading
 */
public record TableReport(String kind, String title, String lead, List<Section> sections) {
    public TableReport {
        sections = List.copyOf(sections);
    }

    /**
     * Charts, and a table under them; either may be empty.
     *
     * @param note    how to read it, in a sentence or two; may be empty
     * @param columns headings; one that begins with # is of numbers, and stands without the #
     * @param rows    cells, as many in each as there are columns; the first is the row's name
     */
    public record Section(
            String heading, String note, List<Chart> charts, List<String> columns, List<List<String>> rows) {
        public Section {
            charts = List.copyOf(charts);
            columns = List.copyOf(columns);
            rows = rows.stream().map(List::copyOf).toList();
            for (var row : rows)
                if (row.size() != columns.size())
                    throw new IllegalArgumentException("rows: expected a cell for each of " + columns + ", got " + row);
        }

        void addTo(Page page) {
            page.section(heading, note, content(this));
        }
    }

    /** Writes the page as one file, which loads nothing. */
    public void write(Path file) throws IOException {
        page().write(file);
    }

    Page page() {
        var page = new Page(kind, title, lead);
        for (var section : sections) section.addTo(page);
        return page;
    }

    private static Markup content(Section section) {
        var content = new Markup().open("div");
        var drawn = section.charts.stream().filter(chart -> !chart.isEmpty()).toList();
        if (!drawn.isEmpty()) {
            content.open("div", "class", "charts");
            for (var chart : drawn)
                content.open("figure", "style", "max-width:40rem")
                        .open("figcaption")
                        .leaf("h3", chart.title())
                        .close()
                        .add(chart.svg())
                        .close();
            content.close();
        }
        if (!section.columns.isEmpty()) table(content, section);
        return content.close();
    }

    private static void table(Markup content, Section section) {
        content.open("div", "class", "scroll").open("table").open("thead").open("tr");
        for (var column : section.columns)
            content.leaf("th", name(column), "scope", "col", "class", numbers(column) ? "n" : null);
        content.close().close().open("tbody");
        for (var row : section.rows) {
            content.open("tr").leaf("th", row.get(0), "scope", "row", "style", "white-space:nowrap");
            for (int i = 1; i < row.size(); i++)
                content.leaf("td", row.get(i), "class", numbers(section.columns.get(i)) ? "n" : null);
            content.close();
        }
        content.close().close().close();
    }

    private static boolean numbers(String column) {
        return column.startsWith("#");
    }

    private static String name(String column) {
        return numbers(column) ? column.substring(1) : column;
    }
}
