package resnet4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

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

    @Test
    void rowsMayBeShort() {
        assertEquals(
                "a  b\nlonger",
                new Table().row("a", "b").row("longer").toString().replaceAll(" {3,}", "  "));
        assertEquals("", new Table().toString());
    }
}
