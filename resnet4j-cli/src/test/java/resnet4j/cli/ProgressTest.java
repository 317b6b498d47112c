package resnet4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProgressTest {
    private final StringWriter err = new StringWriter();
    private double seconds;

    private Progress progress(int columns, long total) {
        return new Progress(new PrintWriter(err), columns, "train", total, "images", 60, () -> (long) (seconds * 1e9));
    }

    @Test
    void terminal_drawsOneBarOverItself() {
        try (var progress = progress(100, 1000)) {
            seconds = 1;
            progress.at(250, "loss 2.1");
            seconds = 2;
            progress.at(500, "");
        }
        String first = "train [#####---------------]  25% 250/1,000 images, 250/s, 0:03 left, loss 2.1";
        String second = "train [##########----------]  50% 500/1,000 images, 250/s, 0:02 left";
        String cleared = " ".repeat(first.length() - second.length());
        assertEquals("\r" + first + "\r" + second + cleared + "\r" + second + System.lineSeparator(), err.toString());
    }

    /** A line of the log neither goes on where the bar ends nor breaks a word; and where there is no bar, it stands alone. */
    @Test
    void terminal_clearsTheBarForALineOfTheLog() {
        var writer = new PrintWriter(err);
        var progress = new Progress(writer, 30, "test", 10, "images", 60, () -> (long) (seconds * 1e9));
        seconds = 1;
        progress.at(5, "");
        String bar = err.toString();
        Progress.say(writer, "trained 2 epochs in 10 s: top1 0.5");
        String line = "trained 2 epochs in 10 s:\ntop1 0.5" + System.lineSeparator();
        assertEquals(bar + "\r" + " ".repeat(bar.length() - 1) + "\r" + line, err.toString());
        progress.close();
        int before = err.toString().length();
        Progress.say(writer, "done");
        assertEquals("done" + System.lineSeparator(), err.toString().substring(before));
    }

    @Test
    void terminal_isRedrawnTenTimesASecondAtMost() {
        var progress = progress(80, 1000);
        for (int i = 1; i <= 1000; i++) {
            seconds = i / 1000.0;
            progress.add(1);
        }
        assertEquals(10, err.toString().chars().filter(c -> c == '\r').count());
    }

    /** Where there is little room, the bar and what can be reckoned give way, never what was noted. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "160 | train [###-----------------]  17% 55/309 steps, 2.5/s, 1:42 left, epoch 1/3, loss 1.643, accuracy 41.5 %, 396 images/s",
                "100 | train  17% 55/309 steps, 1:42 left, epoch 1/3, loss 1.643, accuracy 41.5 %, 396 images/s",
                "80  | train  17%, 1:42 left, epoch 1/3, loss 1.643, accuracy 41.5 %, 396 images/s",
                "70  | train  17%, 1:42 left, epoch 1/3, loss 1.643, accuracy 41.5 %",
                "12  | train  17%",
            })
    void line_fitsTheTerminal(int columns, String line) {
        var progress =
                new Progress(new PrintWriter(err), columns, "train", 309, "steps", 60, () -> (long) (seconds * 1e9));
        seconds = 22;
        progress.at(55, "epoch 1/3, loss 1.643, accuracy 41.5 %, 396 images/s");
        assertEquals("\r" + line, err.toString());
    }

    @Test
    void one_isSingular() {
        for (var unit : new String[] {"images", "cases", "processes"})
            new Progress(new PrintWriter(err), 0, "x", 1, unit, 60, () -> 0).close();
        assertEquals(
                List.of("x   0% 0/1 image", "x   0% 0/1 case", "x   0% 0/1 process"),
                err.toString().lines().toList());
    }

    @Test
    void firstState_isShownAtOnce() {
        progress(80, 6).at(0, "");
        assertEquals("\rtrain [--------------------]   0% 0/6 images", err.toString());
    }

    @Test
    void linesThatStay_breakBetweenWords() {
        progress(30, 10).say("training resnet20 on 13,296 pictures of shapes:14000");
        assertEquals(
                List.of("training resnet20 on 13,296", "pictures of shapes:14000"),
                err.toString().lines().toList());
    }

    @Test
    void file_getsALineNowAndThen() {
        var progress = progress(0, 0);
        for (int i = 1; i <= 3600; i++) {
            seconds = i;
            progress.add(10);
        }
        var lines = err.toString().lines().toList();
        assertEquals("train 50 images, 10/s, 0:05", lines.get(0));
        assertEquals(
                0,
                err.toString()
                        .chars()
                        .filter(c -> c == '\r')
                        .filter(c -> System.lineSeparator().equals("\n"))
                        .count());
        // Every 5 seconds at first, a quarter more each time, then every minute: 14 lines in 240 s, 56 after.
        assertEquals(70, lines.size(), 3);
    }

    @Test
    void say_leavesTheBarIntact() {
        var progress = progress(40, 10);
        seconds = 1;
        progress.at(1, "");
        progress.say("saved");
        String bar = "train  10% 1/10 images, 0:09 left";
        assertEquals("\r" + bar + "\r" + " ".repeat(bar.length()) + "\rsaved" + System.lineSeparator(), err.toString());
    }

    @ParameterizedTest
    @CsvSource({"0,0:00", "7.4,0:07", "59.6,1:00", "750,12:30", "3723,1:02:03"})
    void clock_isReadable(double seconds, String clock) {
        assertEquals(clock, Progress.clock(seconds));
    }
}
