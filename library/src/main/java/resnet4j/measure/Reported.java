package resnet4j.measure;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import resnet4j.eval.Score;
import resnet4j.report.Words;

/**
 * A page that was written.
 *
 * @param data     the pictures that the network was measured on
 * @param notes    what to know before one believes the score
 * @param sections headings, in their order
 * @param bytes    of the page
 * @param seconds  that measuring and writing took
 */
public record Reported(
        String model,
        String data,
        Score score,
        List<String> notes,
        List<String> sections,
        Path out,
        long bytes,
        double seconds) {

    /** What JSON has: all but what of the score is in no number. */
    public Map<String, Object> keys() {
        var keys = new LinkedHashMap<String, Object>();
        keys.put("model", model);
        keys.put("data", data);
        keys.put("numbers", score.numbers());
        keys.put("notes", notes);
        keys.put("sections", sections);
        keys.put("out", out.toString());
        keys.put("bytes", bytes);
        keys.put("seconds", seconds);
        return keys;
    }

    /** For people. */
    @Override
    public String toString() {
        var text = new StringBuilder();
        text.append(Words.shown(model))
                .append(" on ")
                .append(Words.shown(data))
                .append(": ")
                .append(score.words());
        for (var note : notes)
            text.append("%nNote: ".formatted()).append(Words.sentence(note)).append('.');
        return text.append(String.format(Locale.ROOT, "%nReport: %s, %.1f MB, in %.0f s", out, bytes / 1e6, seconds))
                .toString();
    }
}
