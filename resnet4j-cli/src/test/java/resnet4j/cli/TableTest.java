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

    /** The others fit to the letter, the last stands below; with one letter less nothing is to be gained. */
    @ParameterizedTest
    @CsvSource({"13, 'resnet18  11M\n    a.v1,\n    a.v2'", "12, 'resnet18  11M  a.v1, a.v2'"})
    void lastColumn_standsBelowWhereTheOthersFit(int width, String shown) {
        System.setProperty("resnet4j.width", "" + width);
        try {
            assertEquals(
                    shown.replace("\\n", "\n"),
                    new Table().row("resnet18", "11M", "a.v1, a.v2").toString());
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
