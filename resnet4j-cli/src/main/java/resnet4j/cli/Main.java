package resnet4j.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;
import resnet4j.Sentences;
import resnet4j.config.Nearest;
import resnet4j.report.Words;
import resnet4j.train.Recipe;

/** {@code ./resnet4j COMMAND}: finds the command, runs it, and turns what it throws into one sentence and a code. */
@CommandLine.Command(
        name = "resnet4j",
        description = "Residual networks on the JVM: train, evaluate, predict, export.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            QuickstartCommand.class,
            TrainCommand.class,
            PretrainCommand.class,
            ProbeCommand.class,
            IndexCommand.class,
            SearchCommand.class,
            FinetuneCommand.class,
            TuneCommand.class,
            StudyCommand.class,
            EvalCommand.class,
            DecideCommand.class,
            CalibrateCommand.class,
            ReportCommand.class,
            InspectCommand.class,
            ScoreCommand.class,
            PredictCommand.class,
            ExplainCommand.class,
            PointingCommand.class,
            InsideCommand.class,
            ExportCommand.class,
            DistillCommand.class,
            PruneCommand.class,
            QuantizeCommand.class,
            ShrinkCommand.class,
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
    static {
        new Recipe(); // makes known what packages add: networks and kinds of data are for every command
    }

    public static void main(String[] args) {
        System.setOut(System.err); // whatever else prints must not mix with a result
        var out = new FileOutputStream(FileDescriptor.out); // a PrintStream would keep to itself that a disk is full
        StopSignal.listen();
        var err = writer(System.err);
        LogLines.to(err);
        int code = run(writer(out), err, args);
        StopSignal.answered();
        System.exit(code);
    }

    private static PrintWriter writer(OutputStream stream) {
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
            int code = line.execute(args);
            if (code != Command.DONE || !out.checkError()) return code;
            var lost = "standard output: the result cannot be written; the disk may be full, or its reader has gone.";
            return fail(err, new IOException(lost), List.of(args).contains("--debug"));
        } catch (VirtualMachineError | LinkageError e) {
            return fail(err, e, List.of(args).contains("--debug"));
        }
    }

    private static int failed(Exception e, CommandLine command, ParseResult parsed) {
        boolean debug = command.getCommand() instanceof Command<?> c && c.common.debug;
        var said = e instanceof IllegalArgumentException ? e.getMessage() : null;
        return fail(
                command.getErr(),
                said != null && namesAnOption(said, command.getParseResult())
                        ? new IllegalArgumentException("--" + said, e)
                        : e,
                debug);
    }

    /** Whether a sentence begins with the name of a field that an option of the same name has set. */
    private static boolean namesAnOption(String sentence, ParseResult parsed) {
        int end = sentence.indexOf(": ");
        return end > 0 && parsed.hasMatchedOption("--" + sentence.substring(0, end));
    }

    private static int fail(PrintWriter err, Throwable e, boolean debug) {
        err.println("resnet4j: " + Sentences.of(e));
        if (debug) e.printStackTrace(err);
        err.flush();
        return e instanceof IllegalArgumentException ? Command.WRONG_USAGE : Command.FAILED;
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
            sentence = String.valueOf(e.getMessage());
            if (!sentence.endsWith(".")) sentence += ".";
        }
        var err = e.getCommandLine().getErr();
        err.println("resnet4j: " + Words.sentence(sentence) + " See '" + spec.qualifiedName() + " --help'.");
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
