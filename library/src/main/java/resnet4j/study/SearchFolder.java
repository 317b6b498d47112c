package resnet4j.study;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import resnet4j.config.Records;
import resnet4j.files.AtomicFile;

/**
 * Where a search keeps what it is and what it found: {@code search.json}, {@code results.jsonl} (a
 * {@link Search.Result} a line), {@code best.json} (the best recipe so far, whole), {@code report.html}, and the run
 * folder of each trial.
 */
public record SearchFolder(Path path) {

    /** A new search. @throws IOException if there is one already, or the folder cannot be made */
    public static SearchFolder create(Path path, Search search) throws IOException {
        var folder = new SearchFolder(path);
        if (Files.exists(folder.searchFile()))
            throw new IOException(path + ": there is a search already; give another folder, or go on with it by"
                    + " --resume " + path);
        Files.createDirectories(path);
        AtomicFile.write(folder.searchFile(), Records.write(search) + "\n");
        return folder;
    }

    /** A search that was begun, to go on with. @throws IOException if there is none */
    public static SearchFolder open(Path path) throws IOException {
        var folder = new SearchFolder(path);
        if (!Files.isRegularFile(folder.searchFile()))
            throw new IOException(path + ": expected a search's folder with a search.json, found none");
        AtomicFile.deleteParts(path);
        return folder;
    }

    public Search search() throws IOException {
        return Records.read(Records.parse(searchFile()), Search.class);
    }

    /** The results so far; a last line that a kill cut short is left out, and its work is done again. */
    public List<Search.Result> results() throws IOException {
        if (!Files.exists(resultsFile())) return List.of();
        var results = new ArrayList<Search.Result>();
        var text = Files.readString(resultsFile());
        text.substring(0, text.lastIndexOf('\n') + 1)
                .lines()
                .map(line -> Records.read(line, Search.Result.class))
                .forEach(results::add);
        return results;
    }

    /** Replaces the list of results in one move. */
    void write(List<Search.Result> results) throws IOException {
        var lines = new StringBuilder();
        for (var result : results) lines.append(Records.line(result)).append('\n');
        AtomicFile.write(resultsFile(), lines.toString());
    }

    /** The folder of a trial's run. */
    public Path trial(int number) {
        return path.resolve(String.format(Locale.ROOT, "trial-%03d", number));
    }

    public Path best() {
        return path.resolve("best.json");
    }

    public Path report() {
        return path.resolve("report.html");
    }

    private Path searchFile() {
        return path.resolve("search.json");
    }

    private Path resultsFile() {
        return path.resolve("results.jsonl");
    }
}
