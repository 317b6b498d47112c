package resnet4j.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import resnet4j.files.AtomicFile;

/**
 * A page of headed sections with the style they share. It is one file with nothing outside it: its content policy
 * forbids scripts and whatever is not in the file. It is HTML that an XML parser reads too.
 */
final class Page {
    private static final String STYLE = style();

    private final String title;
    private final Markup body = new Markup();

    /**
     * @param kind  what sort of page it is, in two or three words
     * @param title the heading
     * @param lead  the sentence under the heading
     */
    Page(String kind, String title, String lead) {
        this.title = title;
        body.open("header")
                .leaf("p", kind, "class", "over")
                .leaf("h1", title)
                .open("p", "class", "lead")
                .path(lead)
                .close();
        body.close();
    }

    /** Adds what needs no heading. */
    Page add(Markup content) {
        body.add(content);
        return this;
    }

    /** Adds a section; the note says in a sentence or two how to read it, and may be empty. */
    Page section(String heading, String note, Markup content) {
        body.open("section").leaf("h2", heading);
        if (!note.isEmpty()) body.leaf("p", note, "class", "note");
        body.add(content).close();
        return this;
    }

    /** The file. */
    String html() {
        var page = new Markup();
        page.open("html", "lang", "en", "xmlns", "http://www.w3.org/1999/xhtml").open("head");
        page.empty("meta", "charset", "utf-8");
        page.empty(
                "meta",
                "http-equiv",
                "Content-Security-Policy",
                "content",
                "default-src 'none'; img-src data:; style-src 'unsafe-inline'");
        page.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
        page.empty("meta", "name", "generator", "content", "ResNet4J");
        page.leaf("title", title).style(STYLE).close();
        page.open("body").open("main").add(body);
        page.leaf("footer", "Made by ResNet4J. This file is complete: it loads nothing and runs no script.");
        return "<!DOCTYPE html>\n" + page.close().close().close() + "\n";
    }

    void write(Path file) throws IOException {
        AtomicFile.write(file, html());
    }

    private static String style() {
        try (var in = Page.class.getResourceAsStream("page.css")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
