package resnet4j.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import resnet4j.files.AtomicFile;

/**
 * A page of sections in one style. It is one file with nothing outside it: its content policy forbids scripts and
 * whatever is not in the file. It is HTML that an XML parser reads too.
 *
 * @param kind  what sort of page it is, in two or three words
 * @param title the heading
 * @param lead  the sentence under the heading
 */
public record Page(String kind, String title, String lead, List<Section> sections) {
    private static final String STYLE = style();
    private static final int CONTENTS = 5; // headed sections from which on a page says what is where

    public Page {
        sections = List.copyOf(sections);
    }

    /** Writes the page as one file, which loads nothing. */
    public void write(Path file) throws IOException {
        AtomicFile.write(file, html());
    }

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
        page.leaf("title", title + " - " + kind).style(STYLE).close();
        page.open("body").open("main").open("header");
        page.leaf("p", kind, "class", "over").leaf("h1", title);
        page.open("p", "class", "lead").path(lead).close().close();
        body(page);
        page.close();
        page.leaf("footer", "Made by ResNet4J. This file is complete: it loads nothing and runs no script.");
        return "<!DOCTYPE html>\n" + page.close().close() + "\n";
    }

    private void body(Markup page) {
        boolean contents = sections.stream().filter(s -> !s.heading().isEmpty()).count() >= CONTENTS;
        for (int i = 0; i < sections.size(); i++) {
            if (contents && !sections.get(i).heading().isEmpty()) {
                contents(page);
                contents = false;
            }
            page.add(sections.get(i).markup(id(i)));
        }
    }

    private void contents(Markup page) {
        page.open("nav", "aria-label", "Contents").open("ul");
        for (int i = 0; i < sections.size(); i++)
            if (!sections.get(i).heading().isEmpty())
                page.open("li")
                        .leaf("a", sections.get(i).heading(), "href", "#" + id(i))
                        .close();
        page.close().close();
    }

    private static String id(int section) {
        return "s" + section;
    }

    private static String style() {
        try (var in = Page.class.getResourceAsStream("page.css")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
