package resnet4j.cli;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Command lines as they are typed where this command was. */
final class Shell {
    private Shell() {}

    /** What starts the commands from here. */
    static String launcher() {
        var home = Path.of(System.getProperty("resnet4j.home", "")).toAbsolutePath();
        return home.equals(Path.of("").toAbsolutePath()) ? "./resnet4j" : quoted(home.resolve("resnet4j"));
    }

    /** What opens a page here; empty where nothing does. */
    static String browser() {
        var system = System.getProperty("os.name");
        if (system.startsWith("Windows")) return "start";
        var opener = system.startsWith("Mac") ? "open" : "xdg-open";
        boolean there = Arrays.stream(String.valueOf(System.getenv("PATH")).split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, opener)));
        return there ? opener : "";
    }

    /** As a shell reads it as one word. */
    static String quoted(Object word) {
        var text = word.toString();
        return text.matches("[\\w./:+,@%=-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
    }
}
