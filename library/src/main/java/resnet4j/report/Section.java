package resnet4j.report;

import java.util.ArrayList;
import java.util.List;

/**
 * A part of a page.
 *
 * @param heading empty for what needs none
 * @param note    how to read it, in a sentence or two; may be empty
 */
public record Section(String heading, String note, List<Block> blocks) {
    public Section {
        blocks = blocks.stream().filter(block -> !block.isEmpty()).toList();
    }

    /** What needs no heading. */
    public static Section of(Block... blocks) {
        return new Section("", "", List.of(blocks));
    }

    /** Charts, and a table under them; either may be empty. Columns and rows are those of {@link Block.Table}. */
    public Section(String heading, String note, List<Chart> charts, List<String> columns, List<List<String>> rows) {
        this(heading, note, blocks(charts, columns, rows));
    }

    private static List<Block> blocks(List<Chart> charts, List<String> columns, List<List<String>> rows) {
        var blocks = new ArrayList<Block>(List.of(new Block.Charts(charts)));
        if (!columns.isEmpty()) blocks.add(new Block.Table("", columns, rows));
        return blocks;
    }

    Markup markup(String id) {
        var section = new Markup();
        if (heading.isEmpty()) {
            blocks.forEach(block -> section.add(block.markup()));
            return section;
        }
        section.open("section", "aria-labelledby", id).leaf("h2", heading, "id", id);
        if (!note.isEmpty()) section.leaf("p", note, "class", "note");
        blocks.forEach(block -> section.add(block.markup()));
        return section.close();
    }
}
