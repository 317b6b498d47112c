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
    private FreshProcess() {}

    /**
     * The result of a command.
     *
     * @param arguments as after {@code ./resnet4j}, without {@code --json}
     * @throws IOException with the command's own sentence, if it did not end well
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
                if (code != Command.DONE) throw new IOException(failure(arguments, code, Files.readString(said)));
                return Records.parse(result);
            } finally {
                process.destroy();
                if (!process.isAlive() || !Thread.currentThread().isInterrupted()) remove(end);
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

    private static String failure(List<String> arguments, int code, String said) {
        var sentence = said.lines()
                .filter(line -> line.startsWith("resnet4j: "))
                .reduce((first, last) -> last)
                .map(line -> line.substring("resnet4j: ".length()))
                .orElse("it ended with code " + code + (code == 137 ? ", as when the system is out of memory" : ""));
        return "'" + String.join(" ", arguments) + "': " + sentence;
    }
}
