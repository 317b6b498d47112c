package resnet4j.cli;

import java.io.PrintWriter;
import java.util.logging.Handler;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** What is logged, as lines on standard error: above a bar that is shown there, and folded between words. */
final class LogLines extends Handler {
    private final PrintWriter err;

    private LogLines(PrintWriter err) {
        this.err = err;
    }

    /** Takes the place of Java's own handlers, unless somebody has set how to log. */
    static void to(PrintWriter err) {
        for (var set : new String[] {"java.util.logging.SimpleFormatter.format", "java.util.logging.config.file"})
            if (System.getProperty(set) != null) return;
        LogManager.getLogManager().reset();
        Logger.getLogger("").addHandler(new LogLines(err));
    }

    @Override
    public void publish(LogRecord record) {
        if (isLoggable(record)) Progress.say(err, new SimpleFormatter().formatMessage(record));
    }

    @Override
    public void flush() {
        err.flush();
    }

    @Override
    public void close() {
        flush();
    }
}
