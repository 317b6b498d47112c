package resnet4j.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class WordsTest {
    @Test
    void whatMovesACursor_isShownAsAnEscape() {
        assertEquals("cat\\u001b[2J", Words.shown("cat\u001b[2J"));
        assertEquals("a\\nforged: line", Words.shown("a\nforged: line"));
        assertEquals("a\\rb\\tc\\u0007", Words.shown("a\rb\tc\u0007"));
        assertEquals("gpj\\u202egnp", Words.shown("gpj\u202egnp")); // would be read backwards
        assertEquals("\\u009b31m", Words.shown("\u009b31m")); // a C1 control, ESC [ in one
        assertEquals("h\u00e9 \u7ea2 \ud83d\ude00", Words.shown("h\u00e9 \u7ea2 \ud83d\ude00"));
    }

    @Test
    void whatIsVeryLong_isCut() {
        var name = Words.shown("x".repeat(5_000_000));
        assertTrue(name.length() < 250 && name.contains("5000000 letters"), name);
        var sentence = Words.sentence("expected a type, got " + "y".repeat(5_000_000) + "; give another file");
        assertTrue(sentence.length() < 2_100 && sentence.endsWith("; give another file"), sentence);
        // no half of a pair is left at the cut
        assertTrue(
                Words.shown("x" + "\ud83d\ude00".repeat(300)).codePoints().noneMatch(c -> c >= 0xD800 && c < 0xE000));
    }

    @Test
    void linesOfOurOwn_stay() {
        assertEquals("a\nb\\u001bc", Words.lines("a\nb\u001bc"));
        assertEquals("a b", Words.sentence("a\n   b\n"));
    }

    @Test
    void oneIsNotMany() {
        assertEquals("1 epoch", Words.count(1, "epoch"));
        assertEquals("0 epochs", Words.count(0, "epoch"));
        assertEquals("2 pictures", Words.count(2, "picture"));
    }
}
