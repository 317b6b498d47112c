package resnet4j;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.QuoteMode;
import resnet4j.config.Records;

/**
 * Predictions in a file that can be read while it grows. CSV (RFC 4180) has the columns {@code
 * image,rank,index,label,probability} and a row for each class; JSON lines have an object for each picture.
 */
public final class PredictionWriter implements AutoCloseable {
    private final BufferedWriter file;
    private final boolean json;

    private PredictionWriter(BufferedWriter file, boolean json) {
        this.file = file;
        this.json = json;
    }

    /** Begins the file anew. */
    public static PredictionWriter to(Path path) throws IOException {
        var writer = new PredictionWriter(
                Files.newBufferedWriter(path), path.toString().endsWith(".jsonl"));
        if (!writer.json) writer.file.write("image,rank,index,label,probability\n");
        return writer;
    }

    public void write(Predicted predicted) throws IOException {
        if (json) {
            file.write(Records.line(predicted) + "\n");
            return;
        }
        int rank = 1;
        for (var p : predicted.top())
            file.write(String.format(
                    Locale.ROOT,
                    "%s,%d,%d,%s,%.6g\n",
                    cell(predicted.image()),
                    rank++,
                    p.index(),
                    cell(p.label()),
                    p.probability()));
    }

    private static String cell(String text) {
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
