package resnet4j.report;

/**
 * Text from elsewhere (class names, file names, what a damaged file says) as a person may safely see it: what would
 * move a terminal's cursor, change its colours or turn the direction of writing is an escape, and what is very long is
 * cut.
 */
public final class Words {
    private static final int MOST_LETTERS = 200, MOST_OF_A_SENTENCE = 2_000, END_OF_A_SENTENCE = 200;

    private Words() {}

    /** A name: one line, and no more than 200 letters of it. */
    public static String shown(String text) {
        return escaped(text.length() <= MOST_LETTERS ? text : cut(text, MOST_LETTERS, 0), false);
    }

    /** A sentence: one line, of whose middle something is left out where it is very long. */
    public static String sentence(String text) {
        var line = text.length() <= MOST_OF_A_SENTENCE
                ? text
                : cut(text, MOST_OF_A_SENTENCE - END_OF_A_SENTENCE, END_OF_A_SENTENCE);
        return escaped(line.strip().replaceAll("\\s*\\R\\s*", " "), false);
    }

    /** A line of ours with such names in it. */
    public static String line(String text) {
        return escaped(text, false);
    }

    /** Several lines of ours, with such names in them. */
    public static String lines(String text) {
        return escaped(text.replace(System.lineSeparator(), "\n"), true);
    }

    /** {@code 1 epoch}, {@code 2 epochs}. */
    public static String count(long n, String one) {
        return count(n, one, one + "s");
    }

    /** {@code 1 class}, {@code 2 classes}. */
    public static String count(long n, String one, String several) {
        return n + " " + (n == 1 ? one : several);
    }

    private static String cut(String text, int first, int last) {
        if (Character.isHighSurrogate(text.charAt(first - 1))) first--;
        int from = text.length() - last;
        if (last > 0 && Character.isLowSurrogate(text.charAt(from))) from++;
        return text.substring(0, first) + " ... (" + text.length() + " letters) " + text.substring(from);
    }

    private static String escaped(String text, boolean several) {
        var out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\n' && several || !moves(c)) out.append(c);
            else if (c == '\n') out.append("\\n");
            else if (c == '\r') out.append("\\r");
            else if (c == '\t') out.append("\\t");
            else out.append("\\u").append(Integer.toHexString(0x10000 | c), 1, 5);
        }
        return out.toString().stripTrailing();
    }

    /** Control characters, separators of lines, and what turns the direction of writing (Unicode's bidi controls). */
    private static boolean moves(char c) {
        return Character.isISOControl(c)
                || c == '\u200E'
                || c == '\u200F'
                || c >= '\u2028' && c <= '\u202E'
                || c >= '\u2066' && c <= '\u2069';
    }
}
