package resnet4j;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.QuoteMode;
import resnet4j.config.Records;

/**
 * Predictions in a file that can be read while it grows. CSV (RFC 4180) has the columns {@code
 * image,rank,index,label,probability} and a row for each class, or what labels or numbers need; JSON lines have an object for
 * each picture.
 */
public final class PredictionWriter implements AutoCloseable {
    private final BufferedWriter file;
    private final boolean json;
    private boolean begun;

    private PredictionWriter(BufferedWriter file, boolean json) {
        this.file = file;
        this.json = json;
    }

    /** Begins the file anew. */
    public static PredictionWriter to(Path path) throws IOException {
        return new PredictionWriter(
                Files.newBufferedWriter(path), path.toString().endsWith(".jsonl"));
    }

    public void write(Predicted said) throws IOException {
        if (json) {
            file.write(Records.line(said) + "\n");
            return;
        }
        if (!begun) file.write(row("image", said.head()));
        begun = true;
        for (var cells : said.rows()) file.write(row(said.image(), cells));
    }

    private static String row(String first, List<String> others) {
        return Stream.concat(Stream.of(first), others.stream())
                .map(PredictionWriter::cell)
                .collect(Collectors.joining(",", "", "\n"));
    }

    private static String cell(String text) {
        if (text.matches("-?[\\d.]+(e[-+]\\d+)?")) return text; // a number
        // A spreadsheet runs what begins so as a formula; an apostrophe before it makes it text.
        var safe = !text.isEmpty() && "=+-@\t\r".indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
        return CSVFormat.RFC4180.builder().setQuoteMode(QuoteMode.MINIMAL).get().format(safe);
    }

    public void flush() throws IOException {
        file.flush();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
