package resnet4j.run;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import resnet4j.config.Records;
import resnet4j.files.AtomicFile;
import resnet4j.model.ModelFile;

/**
 * Where a run keeps what it is and what it did: {@code recipe.json} (all fields), {@code metrics.jsonl} (a {@link Line}
 * a line), {@code checkpoint.safetensors} (to go on from), {@code model.safetensors} (the best so far),
 * {@code evaluation.json}, {@code rates.json} (where it began with a search for a rate) and {@code report.html}.
 */
public record RunFolder(Path path) {
    private static final System.Logger LOG = System.getLogger(RunFolder.class.getName());

    /** Where a new run will be: the folder is made when it begins. @throws IOException if there is a run already */
    public static RunFolder create(Path path) throws IOException {
        var folder = new RunFolder(path);
        if (folder.begun())
            throw new IOException(path + ": there is a run already; give another --run folder, or go on with it by"
                    + " --resume " + path);
        if (Files.exists(path) && !Files.isDirectory(path))
            throw new IOException(path + ": expected a folder for the run, found a file");
        return folder;
    }

    /** The first of {@code NAME-1}, {@code NAME-2}... in {@code parent} that nobody has: it is made at once. */
    public static RunFolder fresh(Path parent, String name) throws IOException {
        Files.createDirectories(parent);
        for (int i = 1; ; i++) {
            try {
                return new RunFolder(Files.createDirectory(parent.resolve(name + "-" + i)));
            } catch (FileAlreadyExistsException e) {
                // the next number
            }
        }
    }

    /** A run that was begun. @throws IOException if there is none */
    public static RunFolder open(Path path) throws IOException {
        var folder = new RunFolder(path);
        if (!folder.begun()) throw new IOException(path + ": expected a run folder with a recipe.json, found none");
        return folder;
    }

    /** Whether there is a run in it. */
    public boolean begun() {
        return Files.isRegularFile(recipeFile());
    }

    // ---- one owner at a time

    /** The right to write to a run folder, until it is closed or the process ends. */
    public static final class Owner implements AutoCloseable {
        private final FileChannel lock;

        private Owner(FileChannel lock) {
            this.lock = lock;
        }

        @Override
        public void close() throws IOException {
            lock.close();
        }
    }

    /**
     * Takes the folder, and makes it where there is none: every writer has to, and one at a time can.
     *
     * @throws IOException if another run is at work in it
     */
    public Owner own() throws IOException {
        Files.createDirectories(path);
        var channel = FileChannel.open(path.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() != null) return new Owner(channel);
        } catch (OverlappingFileLockException e) {
            // another run of this process
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "{0}: cannot be locked ({1}); start no second run in it", path, e);
            return new Owner(channel);
        }
        channel.close();
        throw new IOException(
                path + ": another run is at work in this folder; wait for its end, or give another --run");
    }

    /** Keeps the recipe of a new run. */
    public void begin(Record recipe) throws IOException {
        AtomicFile.write(recipeFile(), Records.write(recipe) + "\n");
    }

    /** Deletes the folder if there is nothing in it: what is left of a run that did not begin. */
    public void deleteIfEmpty() throws IOException {
        if (begun() || !Files.isDirectory(path)) return;
        Files.deleteIfExists(path.resolve(".lock"));
        try {
            Files.delete(path);
        } catch (DirectoryNotEmptyException e) {
            // somebody's
        }
    }

    /** Forgets a run that is begun again in another way; the search for its rate stays. */
    public void discard() throws IOException {
        for (var file : List.of(checkpoint(), model(), evaluation(), report(), metrics(), recipeFile()))
            Files.deleteIfExists(file);
    }

    // ---- its files

    /** The recipe as it was written. */
    public JsonNode recipe() throws IOException {
        return Records.parse(recipeFile());
    }

    public Path model() {
        return path.resolve(ModelFile.NAME);
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

    private Path ratesFile() {
        return path.resolve("rates.json");
    }

    /** Keeps the search for a learning rate that a run begins with, for its report. */
    public void keepRates(List<Rate> rates) throws IOException {
        Files.createDirectories(path);
        AtomicFile.write(ratesFile(), Records.tree(rates) + "\n");
    }

    /** The search for a learning rate that the run began with; none where it did not. */
    public List<Rate> rates() throws IOException {
        var rates = new ArrayList<Rate>();
        if (Files.exists(ratesFile()))
            for (var rate : Records.parse(ratesFile())) rates.add(Records.read(rate, Rate.class));
        return rates;
    }

    /** Keeps what the best model did on the pictures it is measured on. */
    public void keepEvaluation(Object evaluation) throws IOException {
        requireWhole();
        AtomicFile.write(evaluation(), Records.write(evaluation) + "\n");
    }

    /** @throws IOException if somebody took the folder away while a run was at work in it */
    public void requireWhole() throws IOException {
        if (!begun())
            throw new IOException(
                    path + ": the run's folder, or its recipe.json, is gone; what the run did since its last"
                            + " checkpoint is lost, and with the folder all of it: start anew");
    }

    // ---- its history

    /** Adds a line. */
    public void append(Line line) throws IOException {
        requireWhole();
        try {
            Files.writeString(
                    metrics(), Records.line(line) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (FileSystemException e) {
            throw e; // names its file
        } catch (IOException e) {
            throw new IOException(metrics() + ": " + e.getMessage() + "; it was not written", e); // a full disk
        }
    }

    /** The lines so far, in the order in which they were written; what is no line, as a kill cuts one short, is left out. */
    public List<Line> history() throws IOException {
        return text().lines().map(Line::read).flatMap(Optional::stream).toList();
    }

    /** The lines of epochs so far. */
    public List<Line.Epoch> epochs() throws IOException {
        return history().stream()
                .filter(Line.Epoch.class::isInstance)
                .map(Line.Epoch.class::cast)
                .toList();
    }

    private String text() throws IOException {
        // bytes that are no UTF-8 are a damaged line, not a reason to stop
        return Files.exists(metrics()) ? new String(Files.readAllBytes(metrics()), StandardCharsets.UTF_8) : "";
    }

    /**
     * Makes the folder what it was when {@code epochs} were complete and {@code steps} done: forgets what was logged
     * later, which is done again, and what is no line, and deletes what a kill left half written.
     */
    public void rewind(int epochs, long steps) throws IOException {
        var kept = new StringBuilder();
        int number = 0;
        var text = text();
        for (var iterator = text.lines().iterator(); iterator.hasNext(); ) {
            var raw = iterator.next();
            var line = Line.read(raw);
            number++;
            if (line.isEmpty() && (iterator.hasNext() || text.endsWith("\n")))
                LOG.log(
                        System.Logger.Level.WARNING,
                        "{0}, line {1}: damaged, and left out of the history",
                        metrics(),
                        Integer.toString(number));
            if (line.isEmpty()) continue;
            boolean done = line.get() instanceof Line.Epoch epoch
                    ? epoch.epoch() <= epochs
                    : line.get().step() <= steps;
            if (done) kept.append(raw).append('\n');
        }
        AtomicFile.write(metrics(), kept.toString());
        AtomicFile.deleteParts(path);
    }
}
