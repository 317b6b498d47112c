package resnet4j.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import resnet4j.config.Records;

/** One of our own commands in a process of its own, by the same Java with the same classes and options. */
final class FreshProcess {
    /** The command did not end well. */
    static final class Failed extends IOException {
        private static final long serialVersionUID = 1;
        private static final int KILLED = 137;

        private final boolean outOfMemory;

        private Failed(List<String> arguments, int code, String said) {
            super("'" + String.join(" ", arguments) + "': " + sentence(code, said));
            outOfMemory = code == KILLED
                    || getMessage().contains("memory")
                    || getMessage().contains("Java heap");
        }

        private static String sentence(int code, String said) {
            return said.lines()
                    .filter(line -> line.startsWith("resnet4j: "))
                    .reduce((first, last) -> last)
                    .map(line -> line.substring("resnet4j: ".length()))
                    .orElse("it ended with code " + code + (code == KILLED ? ", as for want of memory" : ""));
        }

        /** Whether it wanted more memory than there is; on Linux, the system kills such a process without a word. */
        boolean outOfMemory() {
            return outOfMemory;
        }
    }

    private FreshProcess() {}

    /**
     * The result of a command.
     *
     * @param arguments as after {@code ./resnet4j}, without {@code --json}
     * @throws Failed with the command's own sentence, if it did not end well
     */
    static JsonNode run(List<String> arguments) throws IOException, InterruptedException {
        var line = new ArrayList<String>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option ->
                        !option.startsWith("-agentlib") && !option.startsWith("-javaagent")) // of one JVM only
                .forEach(line::add);
        line.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        line.addAll(arguments);
        line.add("--json");
        var said = Files.createTempFile("resnet4j", ".log");
        try {
            var process = new ProcessBuilder(line).redirectError(said.toFile()).start();
            var end = new Thread(process::destroy, "end"); // with this process, if that is told to end
            Runtime.getRuntime().addShutdownHook(end);
            try (var out = process.getInputStream()) {
                var result = new String(out.readAllBytes(), StandardCharsets.UTF_8);
                int code = process.waitFor();
                if (code != Command.DONE) throw new Failed(arguments, code, Files.readString(said));
                return Records.parse(result);
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
}
