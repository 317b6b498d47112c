package resnet4j.measure;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import resnet4j.Sentences;
import resnet4j.config.Records;

/**
 * A piece of work in a process of its own, by the same Java with the same classes and options: what it is, and what came
 * of it, go from one process to the other as JSON.
 */
final class FreshProcess {
    private static final String ERROR = "error: ";

    /** The work did not end well. */
    static final class Failed extends IOException {
        private static final long serialVersionUID = 1;
        private static final int KILLED = 137;

        private final boolean outOfMemory;

        private Failed(Work<?> work, int code, String said) {
            super(work + ": " + sentence(code, said));
            outOfMemory = code == KILLED
                    || getMessage().contains("memory")
                    || getMessage().contains("Java heap");
        }

        private static String sentence(int code, String said) {
            return said.lines()
                    .filter(line -> line.startsWith(ERROR))
                    .reduce((first, last) -> last)
                    .map(line -> line.substring(ERROR.length()))
                    .orElse("it ended with code " + code + (code == KILLED ? ", as for want of memory" : ""));
        }

        /** Whether it wanted more memory than there is; on Linux, the system kills such a process without a word. */
        boolean outOfMemory() {
            return outOfMemory;
        }
    }

    private FreshProcess() {}

    /** @throws Failed with the work's own sentence, if it did not end well */
    static <R extends Record> R run(Work<R> work) throws IOException, InterruptedException {
        var line = new ArrayList<String>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option ->
                        !option.startsWith("-agentlib") && !option.startsWith("-javaagent")) // of one JVM only
                .forEach(line::add);
        line.addAll(List.of("-cp", System.getProperty("java.class.path"), FreshProcess.class.getName()));
        line.add(Records.line(work));
        var said = Files.createTempFile("resnet4j", ".log");
        try {
            var process = new ProcessBuilder(line).redirectError(said.toFile()).start();
            var end = new Thread(process::destroy, "end"); // with this process, if that is told to end
            Runtime.getRuntime().addShutdownHook(end);
            try (var out = process.getInputStream()) {
                var result = new String(out.readAllBytes(), StandardCharsets.UTF_8);
                int code = process.waitFor();
                if (code != 0) throw new Failed(work, code, Files.readString(said));
                return Records.read(Records.parse(result), work.result());
            } finally {
                process.destroy();
                remove(end);
            }
        } finally {
            Files.deleteIfExists(said);
        }
    }

    private static void remove(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // this process is ending, and the hook has run
        }
    }

    /** The other process: the work as JSON in, its result as JSON on standard output, or a sentence on standard error. */
    public static void main(String[] args) {
        var out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        System.setOut(System.err); // whatever else prints must not mix with the result
        try {
            out.println(Records.line(
                    Records.read(Records.parse(args[0]), Work.class).run()));
        } catch (Exception | OutOfMemoryError | LinkageError e) {
            System.err.println(ERROR + Sentences.of(e));
            System.exit(1);
        }
        System.exit(0);
    }
}
