package resnet4j.train;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import resnet4j.config.Records;

/**
 * Where a run keeps what it is and what it did: {@code recipe.json} (all fields), {@code metrics.jsonl} (a JSON object a
 * line), {@code checkpoint.safetensors} (to go on from), {@code model.safetensors} (the best so far),
 * {@code evaluation.json} and {@code report.html}.
 */
public record RunFolder(Path path) {

    /** A new run. @throws IOException if there is one already, or the folder cannot be made */
    public static RunFolder create(Path path, Recipe recipe) throws IOException {
        var folder = new RunFolder(path);
        if (Files.exists(folder.recipeFile()))
            throw new IOException(path + ": there is a run already; give another --run folder, or go on with it by"
                    + " --resume " + path);
        if (Files.exists(path) && !Files.isDirectory(path))
            throw new IOException(path + ": expected a folder for the run, found a file");
        Files.createDirectories(path);
        Files.writeString(folder.recipeFile(), Records.write(recipe) + "\n");
        return folder;
    }

    /** A run that was begun. @throws IOException if there is none */
    public static RunFolder open(Path path) throws IOException {
        var folder = new RunFolder(path);
        if (!Files.isRegularFile(folder.recipeFile()))
            throw new IOException(path + ": expected a run folder with a recipe.json, found none");
        return folder;
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
        Files.writeString(metrics(), Records.line(line) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** The lines so far; a last line that a kill cut short is left out. */
    public List<JsonNode> history() throws IOException {
        if (!Files.exists(metrics())) return List.of();
        var lines = new ArrayList<JsonNode>();
        var text = Files.readString(metrics());
        int end;
        for (int start = 0; (end = text.indexOf('\n', start)) >= 0; start = end + 1)
            lines.add(Records.parse(text.substring(start, end)));
        return lines;
    }

    /** Forgets what was logged after {@code step}: those steps are done again. */
    void rewind(long step) throws IOException {
        var kept = new StringBuilder();
        for (var line : history())
            if (line.path("step").asLong() <= step) kept.append(line).append('\n');
        var beside = path.resolve("metrics.jsonl.new");
        Files.write(beside, kept.toString().getBytes(StandardCharsets.UTF_8));
        Files.move(beside, metrics(), java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    }
}
