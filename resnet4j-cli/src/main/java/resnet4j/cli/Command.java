package resnet4j.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import resnet4j.config.Records;
import resnet4j.report.Words;
import resnet4j.run.RunFolder;
import resnet4j.tensor.Engine;
import resnet4j.tensor.Ops;

/**
 * A command: its options are fields, its work is {@link #run}, and what it found is a record.
 *
 * <p>The record is printed as JSON with {@code --json} and as {@link #text} without, so both say the same. A command
 * throws: {@link IllegalArgumentException} for what the caller got wrong (exit code 2), anything else for what failed
 * (exit code 1); {@link Main} makes one sentence of it.
 *
 * @param <R> a record of the kind that {@link Records} writes; its component names are the JSON keys
 */
abstract class Command<R> implements Callable<Integer> {
    static final int DONE = 0, FAILED = 1, WRONG_USAGE = 2;

    @ArgGroup(validate = false, order = 100, heading = "In every command:%n")
    final CommonOptions common = new CommonOptions();

    @Spec
    private CommandSpec spec;

    private final List<Path> made = new ArrayList<>();

    /** Does the work. Says how far it is through {@link #progress}, and prints nothing itself. */
    abstract R run() throws Exception;

    /** The result for people, without a line feed at its end. */
    abstract String text(R result);

    /** What {@code --json} prints. */
    Object json(R result) {
        return result;
    }

    /** {@link #DONE}, or {@link #FAILED} where a result that could be printed is a failure all the same. */
    int exitCode(R result) {
        return DONE;
    }

    @Override
    public final Integer call() throws Exception {
        if (common.threads != null) Bounds.threads("--threads", 1, common.threads);
        if (common.threads != null) Engine.threads(common.threads);
        common.seed().ifPresent(Ops::seed); // of random weights, too
        R result;
        try {
            result = run();
        } finally {
            forgetEmptyFolders();
        }
        var out = spec.commandLine().getOut();
        out.println(common.json ? Records.line(json(result)) : Words.lines(text(result)));
        out.flush();
        return exitCode(result);
    }

    /** The first of runs/NAME-1, runs/NAME-2... that nobody has. It goes again if nothing is written to it. */
    final RunFolder freshFolder(String name) throws IOException {
        var runs = Path.of("runs");
        if (!Files.exists(runs)) made.add(runs);
        var folder = RunFolder.fresh(runs, name);
        made.add(0, folder.path());
        return folder;
    }

    private void forgetEmptyFolders() {
        for (var folder : made) {
            try {
                Files.deleteIfExists(folder);
            } catch (IOException e) {
                // it stays: something is in it, for --resume or to look at; and what went wrong before is what is said
            }
        }
    }

    /**
     * Progress on standard error, to be closed at the end of the work.
     *
     * @param task  what is going on, in a word or two
     * @param total how many units there are, or 0 if nobody knows
     * @param unit  what is counted: {@code images}
     */
    final Progress progress(String task, long total, String unit) {
        return Progress.of(spec.commandLine().getErr(), task, total, unit, secondsBetweenLines());
    }

    /** The longest time without a word of progress where there is no terminal. */
    double secondsBetweenLines() {
        return Progress.SECONDS_BETWEEN_LINES;
    }

    /** What is made of an option's value; where it is refused, the sentence begins with {@code option}. */
    static <T> T named(String option, Supplier<T> made) {
        try {
            return made.get();
        } catch (IllegalArgumentException e) {
            var said = e.getMessage();
            var field = option.substring(2) + ": ";
            throw new IllegalArgumentException(
                    option + ": " + (said.startsWith(field) ? said.substring(field.length()) : said), e);
        }
    }

    /** Something to know before the work begins, on standard error. */
    final void say(String sentence) {
        Progress.say(spec.commandLine().getErr(), Words.sentence(sentence));
    }

    /** Shows how a file of this name is downloaded, if it has to be. Close it. */
    final DownloadBar download(String name) {
        return new DownloadBar(spec.commandLine().getErr(), name);
    }
}
