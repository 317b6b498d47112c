package resnet4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TableTest {
    @Test
    void numbersStandToTheRight() {
        assertEquals(
                """
                name       parameters  input
                resnet18   11,689,512  3x224x224
                resnet110   1,730,714  3x32x32""",
                new Table("name", "parameters", "input")
                        .row("resnet18", "11,689,512", "3x224x224")
                        .row("resnet110", "1,730,714", "3x32x32")
                        .toString());
    }

    /** A last column of words stands below where there is no room for it, and one of numbers never does. */
    @ParameterizedTest
    @CsvSource({
        "25, a.v1 a.v2, resnet18  11M  a.v1 a.v2",
        "13, a.v1 a.v2, 'resnet18  11M;    a.v1 a.v2'",
        "12, a.v1 a.v2, 'resnet18  11M;    a.v1;    a.v2'",
        "12, 71.5%, resnet18  11M  71.5%"
    })
    void lastColumnOfWords_standsBelow(int width, String last, String shown) {
        System.setProperty("resnet4j.width", "" + width);
        try {
            assertEquals(
                    shown.replace(";", "\n"),
                    new Table().row("resnet18", "11M", last).toString());
        } finally {
            System.clearProperty("resnet4j.width");
        }
    }

    @Test
    void rowsMayBeShort() {
        assertEquals(
                "a  b\nlonger",
                new Table().row("a", "b").row("longer").toString().replaceAll(" {3,}", "  "));
        assertEquals("", new Table().toString());
    }
}
