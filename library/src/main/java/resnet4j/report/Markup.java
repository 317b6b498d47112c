package resnet4j.report;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A piece of HTML or SVG in the making, well-formed XML too. Text and attributes are always escaped, so nothing that
 * comes from a file name can become markup.
 */
public final class Markup {
    private final StringBuilder out = new StringBuilder();
    private final Deque<String> open = new ArrayDeque<>();

    Markup() {}

    /** Opens an element; attributes are names and values in turn, and those whose value is null are left out. */
    Markup open(String tag, Object... attributes) {
        start(tag, attributes).append('>');
        open.push(tag);
        return this;
    }

    /** Closes the element opened last. */
    Markup close() {
        out.append("</").append(open.pop()).append('>');
        return this;
    }

    /** An element that holds text only. */
    Markup leaf(String tag, Object text, Object... attributes) {
        return open(tag, attributes).text(text).close();
    }

    /** An element without content: an HTML void element or an SVG shape. */
    Markup empty(String tag, Object... attributes) {
        start(tag, attributes).append("/>");
        return this;
    }

    Markup text(Object text) {
        out.append(escape(text.toString()));
        return this;
    }

    /** A path, which may go on in the next line after a slash or an underscore. */
    Markup path(String path) {
        var parts = path.split("(?<=[/_])");
        text(parts[0]);
        for (int i = 1; i < parts.length; i++) empty("wbr").text(parts[i]);
        return this;
    }

    /** A style sheet; HTML does not decode references in one, so it has to do without {@code <} and {@code &}. */
    Markup style(String css) {
        if (css.contains("<") || css.contains("&"))
            throw new IllegalArgumentException("css: expected no '<' and no '&', got one");
        out.append("<style>").append(css).append("</style>");
        return this;
    }

    /** A finished piece, as it is. */
    Markup add(Markup piece) {
        out.append(piece);
        return this;
    }

    private StringBuilder start(String tag, Object... attributes) {
        out.append('<').append(tag);
        for (int i = 0; i < attributes.length; i += 2)
            if (attributes[i + 1] != null)
                out.append(' ')
                        .append(attributes[i])
                        .append("=\"")
                        .append(escape(attributes[i + 1].toString()))
                        .append('"');
        return out;
    }

    @Override
    public String toString() {
        if (!open.isEmpty()) throw new IllegalStateException("markup: expected all closed, still open: " + open);
        return out.toString();
    }

    /** The text with markup characters as references, and what XML 1.0 cannot hold as U+FFFD. */
    static String escape(String text) {
        var escaped = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.appendCodePoint(allowed(c) ? c : 0xFFFD);
            }
        });
        return escaped.toString();
    }

    // https://www.w3.org/TR/xml/#charsets, less the C1 controls
    private static boolean allowed(int c) {
        return c == '\t'
                || c == '\n'
                || c == '\r'
                || c >= 0x20 && c < 0x7F
                || c >= 0xA0 && c <= 0xD7FF
                || c >= 0xE000 && c <= 0xFFFD
                || c >= 0x10000;
    }
}
