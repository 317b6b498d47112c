package resnet4j.report;

/** Tables as markup. */
final class Tables {
    private Tables() {}

    static Markup markup(Block.Table table) {
        var out = new Markup();
        var label =
                table.caption().isEmpty() ? "Table of " + name(table.columns().get(0)) : table.caption();
        out.open("div", "class", "scroll", "tabindex", 0, "role", "group", "aria-label", label)
                .open("table");
        if (!table.caption().isEmpty()) out.leaf("caption", table.caption());
        out.open("thead").open("tr");
        for (var column : table.columns()) out.leaf("th", name(column), "scope", "col", "class", kind(column));
        out.close().close().open("tbody");
        for (var row : table.rows()) {
            out.open("tr")
                    .open("th", "scope", "row", "class", "name")
                    .leaf("bdi", row.get(0))
                    .close();
            for (int i = 1; i < row.size(); i++) cell(out, table.columns().get(i), row.get(i));
            out.close();
        }
        return out.close().close().close();
    }

    private static void cell(Markup out, String column, String text) {
        out.open("td", "class", kind(column));
        if (column.startsWith("#=") && text.endsWith("%"))
            out.open("span", "class", "bar", "aria-hidden", "true")
                    .leaf("i", "", "style", "width:" + text)
                    .close();
        if (kind(column) == null) out.leaf("bdi", text);
        else out.text(text);
        out.close();
    }

    private static String kind(String column) {
        return column.startsWith("#-") ? "n wide" : column.startsWith("#") ? "n" : null;
    }

    private static String name(String column) {
        return column.replaceFirst("^#[-=]?", "");
    }
}
