package resnet4j.train;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import resnet4j.config.Records;

/**
 * Where a run keeps what it is and what it did: {@code recipe.json} (all fields), {@code metrics.jsonl} (a JSON object a
 * line), {@code checkpoint.safetensors} (to go on from), {@code model.safetensors} (the best so far),
 * {@code evaluation.json} and {@code report.html}.
 */
public record RunFolder(Path path) {

    /** Where a new run will be: the folder is made when it begins. @throws IOException if there is a run already */
    public static RunFolder create(Path path) throws IOException {
        var folder = new RunFolder(path);
        if (Files.exists(folder.recipeFile()))
            throw new IOException(path + ": there is a run already; give another --run folder, or go on with it by"
                    + " --resume " + path);
        if (Files.exists(path) && !Files.isDirectory(path))
            throw new IOException(path + ": expected a folder for the run, found a file");
        return folder;
    }

    /** Makes the folder of a new run. */
    void begin(Recipe recipe) throws IOException {
        if (Files.exists(recipeFile())) return;
        Files.createDirectories(path);
        replace(recipeFile(), Records.write(recipe) + "\n");
    }

    /** A run that was begun. @throws IOException if there is none */
    public static RunFolder open(Path path) throws IOException {
        var folder = new RunFolder(path);
        if (!Files.isRegularFile(folder.recipeFile()))
            throw new IOException(path + ": expected a run folder with a recipe.json, found none");
        return folder;
    }

    /** Keeps the search for a learning rate that a run begins with, for its report. */
    public void keepRates(List<RateFinder.Point> points) throws IOException {
        Files.createDirectories(path);
        replace(path.resolve("rates.json"), Records.tree(points) + "\n");
    }

    public Recipe recipe() throws IOException {
        return Records.read(Records.parse(recipeFile()), Recipe.class);
    }

    public Path model() {
        return path.resolve("model.safetensors");
    }

    public Path checkpoint() {
        return path.resolve("checkpoint.safetensors");
    }

    public Path evaluation() {
        return path.resolve("evaluation.json");
    }

    public Path report() {
        return path.resolve("report.html");
    }

    private Path recipeFile() {
        return path.resolve("recipe.json");
    }

    private Path metrics() {
        return path.resolve("metrics.jsonl");
    }

    /** Adds one line of numbers. */
    void log(Record line) throws IOException {
        write(metrics(), Records.line(line) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** The lines so far; a last line that a kill cut short is left out. */
    public List<JsonNode> history() throws IOException {
        return lines().stream().map(Records::parse).toList();
    }

    private List<String> lines() throws IOException {
        if (!Files.exists(metrics())) return List.of();
        var text = Files.readString(metrics());
        return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    }

    /**
     * Makes the folder what it was when {@code epochs} were complete and {@code steps} done: forgets what was logged
     * later, which is done again, and deletes what a kill left half written.
     */
    void rewind(int epochs, long steps) throws IOException {
        var kept = new StringBuilder();
        for (var line : lines()) {
            var json = Records.parse(line);
            boolean epoch = json.path("kind").asText().equals("epoch");
            if (epoch ? json.path("epoch").asInt() <= epochs : json.path("step").asLong() <= steps)
                kept.append(line).append('\n');
        }
        replace(metrics(), kept.toString());
        try (var parts = Files.newDirectoryStream(path, ".*.part")) {
            for (var part : parts) Files.delete(part);
        }
    }

    /** Writes a file wholly or not at all. */
    static void replace(Path file, String text) throws IOException {
        var part = file.resolveSibling("." + file.getFileName() + ".part");
        write(part, text);
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void write(Path file, String text, OpenOption... options) throws IOException {
        try {
            Files.writeString(file, text, options);
        } catch (FileSystemException e) {
            throw e; // names its file
        } catch (IOException e) {
            throw new IOException(file + ": " + e.getMessage() + "; it was not written", e); // a full disk
        }
    }
}
