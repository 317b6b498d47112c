package resnet4j.cli;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.LongSupplier;
import resnet4j.report.Words;
import resnet4j.run.Watcher;

/**
 * How far long work is: a bar with rate and time left on a terminal, a line now and then elsewhere.
 *
 * <p>The launcher says what standard error is: {@code resnet4j.columns} is the width of the terminal, and is not set
 * where there is none. Safe to use from several threads.
 */
final class Progress implements Watcher {
    private static final long REDRAW_NANOS = 100_000_000L;
    private static final double FIRST_LINE_SECONDS = 5;

    /** Where there is no terminal, once the work takes long. */
    static final double SECONDS_BETWEEN_LINES = 60;

    private static final int BAR = 20;

    private static volatile Progress shown; // the bar on the terminal, if there is one

    private final PrintWriter err;
    private final int columns; // 0: not a terminal
    private final String task;
    private final long total;
    private final String unit;
    private final double most; // seconds between lines
    private final LongSupplier nanoTime;
    private final long start;

    private long done;
    private String note = "";
    private long shownAt;
    private int shownLength;

    /** @param most seconds between two lines where there is no terminal */
    static Progress of(PrintWriter err, String task, long total, String unit, double most) {
        return new Progress(err, Integer.getInteger("resnet4j.columns", 0), task, total, unit, most, System::nanoTime);
    }

    Progress(PrintWriter err, int columns, String task, long total, String unit, double most, LongSupplier nanoTime) {
        this.err = err;
        this.columns = columns;
        this.task = task;
        this.total = total;
        this.unit = unit;
        this.most = most;
        this.nanoTime = nanoTime;
        this.start = nanoTime.getAsLong();
        this.shownAt = start;
    }

    @Override
    public synchronized void add(long units) {
        at(done + units, note);
    }

    /**
     * {@code done} units of the total are done.
     *
     * @param note what else is worth knowing, such as the loss; shown at the end of the line
     */
    synchronized void at(long done, String note) {
        this.done = done;
        this.note = note;
        long now = nanoTime.getAsLong();
        double elapsed = seconds(now - start), quiet = seconds(now - shownAt);
        double pause = Math.min(most, Math.max(FIRST_LINE_SECONDS, elapsed / 4));
        if (columns > 0 ? done == 0 || now - shownAt >= REDRAW_NANOS : quiet >= pause) show(now);
    }

    @Override
    public synchronized void now(String what) {
        at(done, what);
    }

    /** Prints a line of its own that stays, above the bar. */
    @Override
    public synchronized void say(String line) {
        erase();
        print(err, columns, line);
    }

    /** Prints a line of its own that stays, above the bar if one is shown. */
    static void say(PrintWriter err, String line) {
        var bar = shown;
        if (bar != null && bar.err == err) bar.say(line);
        else print(err, Integer.getInteger("resnet4j.columns", 0), line);
    }

    private static void print(PrintWriter err, int columns, String line) {
        err.println(Words.lines(columns > 0 ? Table.folded(line, columns - 1, 0) : line));
        err.flush();
    }

    /** Shows the last state for good. */
    @Override
    public synchronized void close() {
        show(nanoTime.getAsLong());
        if (columns > 0) err.println();
        err.flush();
        shownLength = 0;
        if (shown == this) shown = null;
    }

    private void show(long now) {
        shownAt = now;
        double elapsed = seconds(now - start);
        if (columns == 0) {
            err.println(Words.lines(line(elapsed, 0, true, true)));
        } else {
            String line = fitting(elapsed, columns - 1);
            err.print("\r" + line + " ".repeat(Math.max(0, shownLength - line.length())));
            shownLength = line.length();
            shown = this;
        }
        err.flush();
    }

    /** The line with as much as the terminal has room for: the bar, the rate and the counts give way to what is noted. */
    private String fitting(double elapsed, int most) {
        var line = line(elapsed, BAR, true, true);
        if (line.length() > most) line = line(elapsed, BAR, true, false);
        if (line.length() > most) line = line(elapsed, BAR / 2, true, false);
        if (line.length() > most) line = line(elapsed, 0, true, false);
        if (line.length() > most && total > 0) line = line(elapsed, 0, false, false);
        if (line.length() <= most) return line;
        int comma = line.lastIndexOf(", ", most);
        return line.substring(0, comma > 0 ? comma : most);
    }

    private void erase() {
        if (shownLength > 0) err.print("\r" + " ".repeat(shownLength) + "\r");
        shownLength = 0;
    }

    private String line(double elapsed, int bar, boolean counts, boolean rates) {
        var line = new StringBuilder(task);
        if (total > 0) {
            double part = Math.min(1, (double) done / total);
            int filled = (int) (part * bar);
            if (bar > 0)
                line.append(" [")
                        .append("#".repeat(filled))
                        .append("-".repeat(bar - filled))
                        .append(']');
            line.append(String.format(Locale.ROOT, " %3d%%", (int) (100 * part)));
        }
        if (counts) {
            line.append(String.format(Locale.ROOT, " %,d", done));
            if (total > 0) line.append(String.format(Locale.ROOT, "/%,d", total));
            line.append(' ').append((total > 0 ? total : done) == 1 ? one() : unit);
        }
        if (done > 0 && elapsed > 0) {
            double rate = done / elapsed;
            if (rates) line.append(String.format(Locale.ROOT, rate < 10 ? ", %.1f/s" : ", %,.0f/s", rate));
            if (done < total)
                line.append(", ").append(clock((total - done) / rate)).append(" left");
            else line.append(", ").append(clock(elapsed));
        }
        if (!note.isEmpty()) line.append(", ").append(Words.shown(note));
        return line.toString();
    }

    private String one() {
        return unit.endsWith("esses") ? unit.substring(0, unit.length() - 2) : unit.substring(0, unit.length() - 1);
    }

    /** {@code 0:07}, {@code 12:30}, {@code 1:02:03}. */
    static String clock(double seconds) {
        long s = Math.round(seconds);
        return s < 3600
                ? String.format(Locale.ROOT, "%d:%02d", s / 60, s % 60)
                : String.format(Locale.ROOT, "%d:%02d:%02d", s / 3600, s / 60 % 60, s % 60);
    }

    private static double seconds(long nanos) {
        return nanos / 1e9;
    }
}
