package resnet4j.cli;

import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;
import resnet4j.config.Nearest;

/** {@code ./resnet4j COMMAND}: finds the command, runs it, and turns what it throws into one sentence and a code. */
@CommandLine.Command(
        name = "resnet4j",
        description = "Residual networks on the JVM: train, evaluate, predict, export.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            QuickstartCommand.class,
            TrainCommand.class,
            FinetuneCommand.class,
            TuneCommand.class,
            StudyCommand.class,
            EvalCommand.class,
            ScoreCommand.class,
            PredictCommand.class,
            ExplainCommand.class,
            ExportCommand.class,
            BenchCommand.class,
            CompareCommand.class,
            SummaryCommand.class,
            VerifyCommand.class,
            ModelsCommand.class,
            FetchCommand.class,
            PreprocessCommand.class,
            DoctorCommand.class
        },
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class)
public final class Main {
    /** Where the natives lie when nobody has said: read here, because the launcher sets it. */
    static final String NATIVE_CACHE = "org.bytedeco.javacpp.cachedir";

    public static void main(String[] args) {
        // One INFO line of a System.Logger is one line on standard error.
        if (System.getProperty("java.util.logging.SimpleFormatter.format") == null)
            System.setProperty("java.util.logging.SimpleFormatter.format", "%5$s%n");
        PrintStream out = System.out;
        System.setOut(System.err); // whatever else prints must not mix with a result
        System.exit(run(writer(out), writer(System.err), args));
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
    }

    /** Runs one command line and gives its exit code. */
    static int run(PrintWriter out, PrintWriter err, String... args) {
        var line = new CommandLine(new Main())
                .setOut(out)
                .setErr(err)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler(Main::wrongUsage)
                .setExecutionExceptionHandler(Main::failed);
        line.getSubcommands().values().forEach(command -> command.getCommandSpec()
                .mixinStandardHelpOptions(true));
        if (args.length == 0) {
            line.usage(err);
            return Command.WRONG_USAGE;
        }
        try {
            return line.execute(args);
        } catch (OutOfMemoryError | LinkageError | StackOverflowError e) {
            return fail(err, e, List.of(args).contains("--debug"));
        }
    }

    private static int failed(Exception e, CommandLine command, ParseResult parsed) {
        boolean debug = command.getCommand() instanceof Command<?> c && c.common.debug;
        return fail(command.getErr(), e, debug);
    }

    private static int fail(PrintWriter err, Throwable e, boolean debug) {
        err.println("resnet4j: " + sentence(e));
        if (debug) e.printStackTrace(err);
        err.flush();
        return e instanceof IllegalArgumentException ? Command.WRONG_USAGE : Command.FAILED;
    }

    /** What went wrong, in one line. */
    static String sentence(Throwable e) {
        if ((e instanceof UncheckedIOException || e instanceof ExecutionException) && e.getCause() != null)
            return sentence(e.getCause());
        if (e instanceof FileSystemException file) return sentence(file);
        if (e instanceof OutOfMemoryError)
            return "the Java heap of " + (Runtime.getRuntime().maxMemory() >> 20) + " MiB is full (" + e.getMessage()
                    + "); give it more with RESNET4J_JAVA_OPTS=-Xmx8g, or work on smaller batches.";
        if (e instanceof LinkageError)
            return "the native library could not be loaded (" + oneLine(e.getMessage())
                    + "); './resnet4j doctor' says what is wrong.";
        String message = oneLine(e.getMessage());
        if (message.isEmpty()) return e.getClass().getSimpleName() + "; run again with --debug to see where.";
        if (e instanceof IllegalArgumentException || e instanceof IOException || said(e)) return message;
        return message + " (" + e.getClass().getSimpleName() + "; run again with --debug to see where)";
    }

    /** Whether the exception is one of ours, with a sentence for people. */
    private static boolean said(Throwable e) {
        return e.getClass().getName().startsWith("resnet4j.");
    }

    private static String sentence(FileSystemException e) {
        String reason;
        if (e instanceof NoSuchFileException) reason = "there is no such file or folder";
        else if (e instanceof FileAlreadyExistsException) reason = "it exists already";
        else if (e instanceof AccessDeniedException) reason = "reading or writing it is not permitted";
        else if (e instanceof NotDirectoryException) reason = "it is not a folder";
        else if (e instanceof DirectoryNotEmptyException) reason = "the folder is not empty";
        else return oneLine(e.getMessage());
        return e.getFile() + ": " + (e.getReason() == null ? reason : oneLine(e.getReason())) + ".";
    }

    private static String oneLine(String message) {
        return message == null ? "" : message.strip().replaceAll("\\s*\\R\\s*", " ");
    }

    private static int wrongUsage(ParameterException e, String[] args) {
        CommandSpec spec = e.getCommandLine().getCommandSpec();
        String command = spec.qualifiedName();
        String sentence;
        List<String> unmatched = e instanceof UnmatchedArgumentException u
                ? u.getUnmatched()
                : e.getCommandLine().getUnmatchedArguments(); // a wrong name, and therefore another one missing
        if (!unmatched.isEmpty()) {
            String given = unmatched.get(0);
            if (given.startsWith("-"))
                sentence = "'" + command + "' has no option '" + given + "'."
                        + Nearest.hint(
                                given.replaceFirst("=.*", ""), spec.optionsMap().keySet());
            else if (spec.subcommands().isEmpty())
                sentence = "'" + command + "' expects no more than it has, got '" + given + "'.";
            else
                sentence = "there is no command '" + given + "'."
                        + Nearest.hint(given, spec.subcommands().keySet());
        } else if (e.getArgSpec() != null && e.getArgSpec().type().isEnum() && e.getValue() != null) {
            List<String> names = Stream.of(e.getArgSpec().type().getEnumConstants())
                    .map(constant -> constant.toString().toLowerCase(Locale.ROOT))
                    .toList();
            sentence = label(e.getArgSpec()) + ": expected one of " + String.join(", ", names) + ", got '"
                    + e.getValue() + "'." + Nearest.hint(e.getValue(), names);
        } else {
            sentence = oneLine(e.getMessage());
            if (!sentence.endsWith(".")) sentence += ".";
        }
        var err = e.getCommandLine().getErr();
        err.println("resnet4j: " + sentence + " See '" + spec.qualifiedName() + " --help'.");
        err.flush();
        return Command.WRONG_USAGE;
    }

    private static String label(ArgSpec argument) {
        return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
    }

    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"resnet4j " + version()};
        }
    }

    /** The version of this software, from its jar. */
    static String version() {
        String version = Main.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
