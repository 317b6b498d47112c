package resnet4j.report;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import resnet4j.image.Image;

/** What stands in a section: numbers, charts, tables, pictures. */
public sealed interface Block {
    /** The block as a piece of a page. */
    Markup markup();

    /** Whether there is nothing to show; a section leaves it out then. */
    default boolean isEmpty() {
        return false;
    }

    /** What the numbers come to, in a sentence. @param kind its colour: good, better, unsure, guessing */
    record Verdict(String kind, String words) implements Block {
        @Override
        public Markup markup() {
            return new Markup().leaf("p", words, "class", "verdict " + kind);
        }
    }

    /** What to know before one believes the numbers, a sentence each; begun with a capital, ended with a point here. */
    record Notes(List<String> sentences) implements Block {
        public Notes {
            sentences = List.copyOf(sentences);
        }

        @Override
        public boolean isEmpty() {
            return sentences.isEmpty();
        }

        @Override
        public Markup markup() {
            var list = new Markup().open("ul", "class", "notes");
            for (var note : sentences)
                list.leaf("li", note.substring(0, 1).toUpperCase(Locale.ROOT) + note.substring(1) + ".");
            return list.close();
        }
    }

    /** A number that is read first. @param under what is in small letters below it @param kind a class of the style, or empty */
    record Figure(String name, String value, String under, String kind) {}

    /** The numbers that are read first. */
    record Figures(List<Figure> figures) implements Block {
        public Figures {
            figures = List.copyOf(figures);
        }

        @Override
        public boolean isEmpty() {
            return figures.isEmpty();
        }

        @Override
        public Markup markup() {
            var list = new Markup().open("dl", "class", "numbers");
            for (var figure : figures)
                list.open("div", "class", figure.kind.isEmpty() ? null : figure.kind)
                        .leaf("dt", figure.name)
                        .open("dd")
                        .text(figure.value)
                        .leaf("span", figure.under, "class", "under")
                        .close()
                        .close();
            return list.close();
        }
    }

    /** Names and values on one line. */
    record Facts(Map<String, String> values) implements Block {
        public Facts {
            values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        }

        @Override
        public boolean isEmpty() {
            return values.isEmpty();
        }

        @Override
        public Markup markup() {
            var list = new Markup().open("dl", "class", "facts");
            values.forEach((name, value) ->
                    list.open("div").leaf("dt", name).leaf("dd", value).close());
            return list.close();
        }
    }

    /** Names and values under one another. */
    record Keys(String caption, Map<String, String> values) implements Block {
        public Keys {
            values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        }

        @Override
        public boolean isEmpty() {
            return values.isEmpty();
        }

        @Override
        public Markup markup() {
            var table = new Markup()
                    .open("table", "class", "keys")
                    .leaf("caption", caption)
                    .open("tbody");
            values.forEach((name, value) -> table.open("tr")
                    .leaf("th", name, "scope", "row")
                    .leaf("td", value)
                    .close());
            return table.close().close();
        }
    }

    /** Names and what is to be said of each, in sentences. */
    record Terms(Map<String, String> terms) implements Block {
        public Terms {
            terms = Collections.unmodifiableMap(new LinkedHashMap<>(terms));
        }

        @Override
        public boolean isEmpty() {
            return terms.isEmpty();
        }

        @Override
        public Markup markup() {
            var list = new Markup().open("dl", "class", "terms");
            terms.forEach((name, value) ->
                    list.open("div").leaf("dt", name).leaf("dd", value).close());
            return list.close();
        }
    }

    /** Blocks side by side, where there is room. */
    record Beside(List<Block> blocks) implements Block {
        public Beside {
            blocks = blocks.stream().filter(block -> !block.isEmpty()).toList();
        }

        @Override
        public boolean isEmpty() {
            return blocks.isEmpty();
        }

        @Override
        public Markup markup() {
            var pair = new Markup().open("div", "class", "pair");
            for (var block : blocks) pair.open("div").add(block.markup()).close();
            return pair.close();
        }
    }

    /** Charts side by side; those without a point are left out. */
    record Charts(List<Chart> charts) implements Block {
        public Charts {
            charts = charts.stream().filter(chart -> !chart.isEmpty()).toList();
        }

        @Override
        public boolean isEmpty() {
            return charts.isEmpty();
        }

        @Override
        public Markup markup() {
            var grid = new Markup().open("div", "class", "charts");
            for (var chart : charts)
                grid.open("figure")
                        .open("figcaption")
                        .leaf("h3", chart.title())
                        .close()
                        .add(chart.svg())
                        .close();
            return grid.close();
        }
    }

    /**
     * Rows of cells.
     *
     * @param caption may be empty
     * @param columns headings: one that begins with # is of numbers, with #- of numbers that a phone leaves out, with #=
     *                of shares in percent, of which a bar is drawn; and stands without these signs
     * @param rows    cells, as many in each as there are columns; the first is the row's name
     */
    record Table(String caption, List<String> columns, List<List<String>> rows) implements Block {
        public Table {
            columns = List.copyOf(columns);
            rows = rows.stream().map(List::copyOf).toList();
            for (var row : rows)
                if (row.size() != columns.size())
                    throw new IllegalArgumentException("rows: expected a cell for each of " + columns + ", got " + row);
        }

        @Override
        public boolean isEmpty() {
            return columns.isEmpty();
        }

        @Override
        public Markup markup() {
            return Tables.markup(this);
        }
    }

    /**
     * Which class was taken for which: a drawing, and the pairs that were confused most often.
     *
     * @param counts {@code [truth][answer]}
     * @param unit   what is counted, several of them: {@code pictures}
     */
    record Confusion(List<String> classes, long[][] counts, String unit) implements Block {
        public Confusion {
            classes = List.copyOf(classes);
        }

        /** How to read it. */
        public String note() {
            return classes.size() <= ConfusionMatrix.DRAWN
                    ? "Rows are true classes, columns what they were taken for. Blue is right, orange is wrong; the"
                            + " stronger, the larger the share of the row."
                    : "A matrix of " + Amounts.count(classes.size()) + " classes could not be read; these are the pairs"
                            + " of classes that were confused most often.";
        }

        @Override
        public Markup markup() {
            return new ConfusionMatrix(classes, counts, unit).markup();
        }
    }

    /** A picture. @param alt what it shows, for those who do not see it @param caption under it; may be empty */
    record Shown(Image picture, String alt, String caption) {}

    /**
     * Pictures that belong together, and what is to be said of them.
     *
     * @param heading in bold; may be empty
     * @param lines   below it
     * @param source  where the pictures come from, such as a file; may be empty
     */
    record Card(List<Shown> pictures, String heading, List<String> lines, String source) {
        public Card {
            pictures = List.copyOf(pictures);
            lines = List.copyOf(lines);
        }
    }

    /** Cards side by side, or each as wide as the page. */
    record Cards(List<Card> cards, boolean wide) implements Block {
        public Cards {
            cards = List.copyOf(cards);
        }

        /** Side by side. */
        public Cards(List<Card> cards) {
            this(cards, false);
        }

        @Override
        public boolean isEmpty() {
            return cards.isEmpty();
        }

        @Override
        public Markup markup() {
            return Pictures.cards(this);
        }
    }
}
