package resnet4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher beside a Java that only says in which locale it was started. */
class LauncherTest {
    @TempDir
    Path root;

    @BeforeEach
    void install() throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "no shell");
        var home = Path.of("").toAbsolutePath();
        while (!Files.exists(home.resolve("resnet4j-cli"))) home = home.getParent();
        Files.copy(home.resolve("resnet4j"), root.resolve("resnet4j"));
        Files.createDirectories(root.resolve("resnet4j-cli/target"));
        Files.createFile(root.resolve("resnet4j-cli/target/launcher.stamp"));
        Files.createDirectories(root.resolve("jdk/bin"));
        Files.writeString(root.resolve("jdk/release"), "JAVA_VERSION=\"17.0.1\"\n");
        var java = Files.writeString(root.resolve("jdk/bin/java"), "#!/bin/sh\necho \"${LC_ALL:-none}\"\n");
        java.toFile().setExecutable(true);
    }

    private String locale(Map<String, String> environment) throws Exception {
        var builder = new ProcessBuilder("/bin/sh", root.resolve("resnet4j").toString(), "models");
        var variables = builder.environment();
        variables.keySet().removeIf(name -> name.startsWith("LC_") || name.equals("LANG"));
        variables.putAll(new TreeMap<>(environment));
        variables.put("JAVA_HOME", root.resolve("jdk").toString());
        variables.put("RESNET4J_CACHE", root.resolve("cache").toString());
        var process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start(); // no class archive is made
        var said = new String(process.getInputStream().readAllBytes()).strip();
        assertEquals(true, process.waitFor(60, TimeUnit.SECONDS));
        return said;
    }

    /** Which would be two places to look for classes. */
    @Test
    void aColonInThePath_isRefused() throws Exception {
        for (var name : new String[] {"a:b", ":"}) {
            var script = Files.createDirectories(root.resolve(name)).resolve("resnet4j");
            Files.copy(root.resolve("resnet4j"), script);
            var process = new ProcessBuilder("/bin/sh", script.toString(), "doctor").start();
            var said = new String(process.getErrorStream().readAllBytes());
            assertTrue(said.startsWith("resnet4j: a colon cannot stand in Java's class path; move /"), said);
            assertEquals(1, process.waitFor());
        }
    }

    @Test
    void withoutALocale_fileNamesAreUtf8() throws Exception {
        assertEquals("C.UTF-8", locale(Map.of()));
        assertEquals("C.UTF-8", locale(Map.of("LC_ALL", "C")));
        assertEquals("C.UTF-8", locale(Map.of("LANG", "POSIX")));
        assertEquals("none", locale(Map.of("LANG", "de_DE.UTF-8")));
        assertEquals("en_US.UTF-8", locale(Map.of("LC_ALL", "en_US.UTF-8", "LANG", "C")));
    }

    /** Maven does not start in a folder that it cannot name. */
    @Test
    void withoutALocale_itBuildsInFoldersOfEveryName() throws Exception {
        Files.delete(root.resolve("resnet4j-cli/target/launcher.stamp"));
        var bin = Files.createDirectories(root.resolve("bin"));
        var built = root.resolve("built");
        for (var tool : List.of(bin.resolve("mvn"), root.resolve("jdk/bin/javac"))) {
            Files.writeString(tool, "#!/bin/sh\necho \"$LC_ALL\" >'" + built + "'\n");
            tool.toFile().setExecutable(true);
        }
        assertEquals("C.UTF-8", locale(Map.of("PATH", bin + ":" + System.getenv("PATH"))));
        assertEquals("C.UTF-8", Files.readString(built).strip());
    }
}
