package resnet4j.cli;

import java.io.PrintWriter;
import resnet4j.files.Download;

/** Shows a bar from a download's first byte on; nothing where the file was there. */
final class DownloadBar implements Download.Progress, AutoCloseable {
    private final PrintWriter to;
    private final String name;
    private Progress shown;

    DownloadBar(PrintWriter to, String name) {
        this.to = to;
        this.name = name;
    }

    @Override
    public void at(long bytes, long total) {
        if (shown == null)
            shown = Progress.of(to, name, Math.max(0, total >> 20), "MiB", Progress.SECONDS_BETWEEN_LINES);
        shown.at(bytes >> 20, "");
    }

    @Override
    public void close() {
        if (shown != null) shown.close();
    }
}
