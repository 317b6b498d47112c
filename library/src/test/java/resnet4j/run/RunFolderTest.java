package resnet4j.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import resnet4j.data.Skipped;

class RunFolderTest {
    private record Anything(int epochs) {}

    private static final Line STEP = new Line.Step(20, 1, Map.of("loss", 2.5), 0.1, 300.25);
    private static final Line EPOCH = new Line.Epoch(
            1,
            24,
            Map.of("loss", 2.25),
            Map.of("miou", 0.5),
            0.1,
            3,
            0.5,
            300,
            List.of(new Skipped("a.png", "no picture")));

    @TempDir
    Path folder;

    private RunFolder begun() throws IOException {
        var run = new RunFolder(folder.resolve("run"));
        try (var owner = run.own()) {
            run.begin(new Anything(3));
        }
        return run;
    }

    private Path metrics() {
        return folder.resolve("run/metrics.jsonl");
    }

    @Test
    void history_isReadBackAsItWasWritten() throws IOException {
        var run = begun();
        assertEquals(List.of(), run.history());
        run.append(STEP);
        run.append(EPOCH);
        assertEquals(List.of(STEP, EPOCH), run.history());
        assertEquals(List.of(EPOCH), run.epochs());
        assertEquals(
                "{\"type\":\"step\",\"step\":20,\"epoch\":1,\"train\":{\"loss\":2.5},\"lr\":0.1,\"imagesPerSecond\":300.25}",
                Files.readAllLines(metrics()).get(0));
    }

    @Test
    void linesOfBefore_areReadByTheNamesOfToday() throws IOException {
        var run = begun();
        // two lines that 8b82b2c wrote
        Files.writeString(metrics(), """
                {"kind":"step","step":300,"epoch":60,"loss":2.064918947219849,"accuracy":0.15,"lr":3.384599811889766E-7,"imagesPerSecond":1936.6184834172425}
                {"kind":"epoch","epoch":60,"step":300,"trainLoss":2.064918947219849,"trainAccuracy":0.15,"validation":{"samples":80,"correct":19,"top1":0.2375,"top5Correct":50,"top5":0.625,"loss":2.0722527947745983,"auc":0.55,"ece":0.1042138239709223},"lr":3.384599811889766E-7,"seconds":0.182960464,"waitShare":0.057513227560816005,"imagesPerSecond":1931.6454305692898,"skipped":[]}
                """);
        var train = Map.of("loss", 2.064918947219849, "accuracy", 0.15);
        assertEquals(
                List.of(
                        new Line.Step(300, 60, train, 3.384599811889766E-7, 1936.6184834172425),
                        new Line.Epoch(
                                60,
                                300,
                                train,
                                Map.of(
                                        "samples", 80.0,
                                        "correct", 19.0,
                                        "top1", 0.2375,
                                        "top5Correct", 50.0,
                                        "top5", 0.625,
                                        "loss", 2.0722527947745983,
                                        "auc", 0.55,
                                        "ece", 0.1042138239709223),
                                3.384599811889766E-7,
                                0.182960464,
                                0.057513227560816005,
                                1931.6454305692898,
                                List.of())),
                run.history());
    }

    @Test
    void whatIsNoLine_isLeftOut() throws IOException {
        var run = begun();
        run.append(STEP);
        Files.write(metrics(), new byte[] {'{', (byte) 0xFF, 0, '\n'}, StandardOpenOption.APPEND);
        Files.writeString(metrics(), "{\"type\":\"step\",\"step\":\"many\"}\n", StandardOpenOption.APPEND);
        run.append(EPOCH);
        Files.writeString(metrics(), "{\"type\":\"st", StandardOpenOption.APPEND);
        assertEquals(List.of(STEP, EPOCH), run.history());
        run.rewind(1, 24);
        assertEquals(2, Files.readAllLines(metrics()).size());
        run.append(STEP);
        assertEquals(List.of(STEP, EPOCH, STEP), run.history());
        run.rewind(0, 20);
        assertEquals(List.of(STEP, STEP), run.history());
    }

    @Test
    void folder_hasOneOwnerAtATime() throws IOException {
        var run = begun();
        try (var owner = run.own()) {
            var e = assertThrows(IOException.class, run::own);
            assertEquals(
                    run.path() + ": another run is at work in this folder; wait for its end, or give another --run",
                    e.getMessage());
        }
        run.own().close();
    }

    @Test
    void freshFolders_areNeverShared() {
        var paths = ConcurrentHashMap.<Path>newKeySet();
        IntStream.range(0, 40).parallel().forEach(i -> {
            try {
                paths.add(RunFolder.fresh(folder.resolve("runs"), "run").path());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        assertEquals(40, paths.size());
        assertTrue(paths.contains(folder.resolve("runs/run-1")));
        assertTrue(paths.contains(folder.resolve("runs/run-40")));
    }

    @Test
    void folderThatIsTakenAway_isSaidAtTheNextLine() throws IOException {
        var run = begun();
        Files.delete(folder.resolve("run/recipe.json"));
        var e = assertThrows(IOException.class, () -> run.append(STEP));
        assertTrue(e.getMessage().startsWith(run.path() + ": the run's folder, or its recipe.json, is gone"));
        assertFalse(Files.exists(metrics()));
    }

    @Test
    void folderOfARunThatDidNotBegin_isDeleted() throws IOException {
        var run = RunFolder.fresh(folder, "run");
        run.own().close();
        run.deleteIfEmpty();
        assertFalse(Files.exists(run.path()));
        var begun = begun();
        begun.deleteIfEmpty();
        assertTrue(begun.begun());
        assertThrows(IOException.class, () -> RunFolder.create(begun.path()));
        assertEquals(3, RunFolder.open(begun.path()).recipe().get("epochs").intValue());
    }
}
