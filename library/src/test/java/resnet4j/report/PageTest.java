package resnet4j.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.StringReader;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class PageTest {
    private static final Chart EMPTY = new Chart("Nothing", Chart.Axis.of("x"), Chart.Axis.of("y"), List.of()),
            LINE =
                    new Chart(
                            "A line",
                            Chart.Axis.of("x"),
                            Chart.Axis.of("y"),
                            List.of(new Chart.Series(
                                    "one", Chart.Mark.LINE, List.of(new Chart.Point(0, 1), new Chart.Point(1, 2)))));

    @Test
    void page_holdsChartsWithPointsAndAllCells() throws Exception {
        var rows = List.of(List.of("<b>", "1"), List.of("two", "2"));
        var section = new Section("Heading", "", List.of(EMPTY, LINE), List.of("name", "#count"), rows);
        var html = new Page("kind", "title", "lead", List.of(section)).html();
        Document page = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(html.replace("<!DOCTYPE html>", ""))));
        var xpath = XPathFactory.newInstance().newXPath();
        assertEquals("1", xpath.evaluate("count(//svg)", page));
        assertEquals("A line", xpath.evaluate("//figcaption", page));
        assertEquals("<b>", xpath.evaluate("//tbody/tr[1]/th", page));
        assertEquals("2", xpath.evaluate("//tbody/tr[2]/td[@class='n']", page));
        assertEquals("count", xpath.evaluate("//thead//th[@class='n']", page));
    }

    @Test
    void rows_haveACellForEachColumn() {
        var e = assertThrows(
                IllegalArgumentException.class,
                () -> new Section("", "", List.of(), List.of("a", "b"), List.of(List.of("1"))));
        assertEquals("rows: expected a cell for each of [a, b], got [1]", e.getMessage());
    }
}
