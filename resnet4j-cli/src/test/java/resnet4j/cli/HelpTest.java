package resnet4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import resnet4j.image.Image;
import resnet4j.image.ImageFile;
import resnet4j.weights.Catalogue;

/** What {@code --help} shows of each command can be typed. */
class HelpTest {
    @TempDir
    static Path folder;

    /** Options whose value is a file or a folder that a command makes. */
    private static final List<String> WRITE = List.of("--out", "--raw", "--csv", "--draw", "--run", "--report");

    /** What stands in examples for something of the reader's. */
    private static final Map<String, String> PLACES = new LinkedHashMap<>();

    @BeforeAll
    static void makeWhatExamplesName() throws IOException {
        var rgb = new byte[64 * 48 * 3];
        for (int i = 0; i < rgb.length; i++) rgb[i] = (byte) (i * 31 >> 4);
        var photo = folder.resolve("photo.png");
        ImageFile.writePng(photo, new Image(64, 48, rgb));
        var space = Files.writeString(
                folder.resolve("space.json"),
                "{\"optimizer.lr\": {\"type\": \"logUniform\", \"low\": 0.01, \"high\": 0.1}}");
        var model = folder.resolve("run");
        run("train", "--data=shapes:40", "--epochs=1", "--batch=20", "--run=" + model);
        PLACES.put("runs/quickstart-1", model.toString());
        PLACES.put("photo.jpg", photo.toString());
        PLACES.put("SPACE.json", space.toString());
        // less of the same
        PLACES.put("--data shapes:2000 --epochs 2", "--data shapes:40 --epochs 1 --batch 20");
        PLACES.put("--data shapes:2000", "--data shapes:40 --batch 20 --epochs 1 --trials 1");
        PLACES.put("shapes:400", "shapes:40");
        PLACES.put("shapes:1000", "shapes:40");
        PLACES.put("bench resnet18", "bench resnet18 --seconds 0.1");
    }

    private static String run(String... args) {
        StringWriter out = new StringWriter(), err = new StringWriter();
        assertEquals(0, Main.run(new PrintWriter(out), new PrintWriter(err), args), err::toString);
        return out.toString();
    }

    private static List<String> commands() {
        return List.copyOf(new CommandLine(new Main()).getSubcommands().keySet());
    }

    /** The lines under "Example:", each continued where it ends with a backslash. */
    private static List<String> examples(String command) {
        var help = run(command, "--help");
        int at = Math.max(help.indexOf("Example:"), help.indexOf("Examples:"));
        assertTrue(at > 0, () -> command + " has no example: " + help);
        var lines = help.substring(at).lines().skip(1).toList();
        for (var line : lines) assertTrue(line.length() <= 80 && line.startsWith("  "), line);
        return String.join("\n", lines)
                .replaceAll("\\\\\\s*\\n\\s*", "")
                .lines()
                .map(String::strip)
                .toList();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyExample_isUnderstood(String command) throws IOException {
        for (var example : examples(command)) {
            assertTrue(example.startsWith("./resnet4j " + command), example);
            understood(example);
        }
    }

    /** Every command that the README shows has these options, and its recipes and weights are there. */
    @Test
    void commandsOfTheReadme_areUnderstood() throws IOException {
        var typed = Pattern.compile("`(\\./resnet4j [^`]+)`|^(\\./resnet4j [^#\\n]+)", Pattern.MULTILINE)
                .matcher(Files.readString(root().resolve("README.md")));
        int found = 0;
        for (; typed.find(); found++) understood((typed.group(1) == null ? typed.group(2) : typed.group(1)).strip());
        assertTrue(found > 25, "commands in README.md: " + found);
    }

    private static void understood(String example) throws IOException {
        var words = List.of(example.substring("./resnet4j ".length()).split(" "));
        new CommandLine(new Main())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .parseArgs(words.toArray(String[]::new)); // throws where an option or a value is none
        for (var word : words) {
            if (word.startsWith("recipes/")) assertTrue(Files.exists(root().resolve(word)), word);
            if (word.contains("_in1k")) assertFalse(Catalogue.published(word).isEmpty(), word + " is published");
        }
    }

    /** Those that need nothing from elsewhere, on less. */
    @ParameterizedTest
    @MethodSource("commands")
    void examplesThatNeedNoDownload_run(String command) throws IOException {
        // these have tests of their own, which take long
        if (List.of("quickstart", "study", "quantize", "compare", "doctor", "verify")
                .contains(command)) return;
        for (var example : examples(command)) {
            if (example.matches(".*(DIR|_in1k|instances).*")) continue;
            var typed = example.substring("./resnet4j ".length());
            for (var place : PLACES.entrySet()) typed = typed.replace(place.getKey(), place.getValue());
            var words = new ArrayList<>(List.of(typed.split(" ")));
            for (int i = 1; i < words.size(); i++)
                if (WRITE.contains(words.get(i - 1)))
                    words.set(i, folder.resolve(words.get(i)).toString());
            if (List.of("train", "tune").contains(command)) words.add("--run=" + folder.resolve(command));
            var before = here();
            run(words.toArray(String[]::new));
            assertEquals(before, here(), () -> "left in the working directory by " + words);
        }
    }

    private static List<Path> here() throws IOException {
        try (var files = Files.list(Path.of(""))) {
            return files.sorted().toList();
        }
    }

    private static Path root() throws IOException {
        for (var place = Path.of("").toAbsolutePath(); place != null; place = place.getParent())
            if (Files.exists(place.resolve("README.md"))) return place;
        throw new IOException("README.md: expected above " + Path.of("").toAbsolutePath() + ", found none");
    }
}
