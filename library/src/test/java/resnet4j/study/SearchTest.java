package resnet4j.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import resnet4j.config.Records;
import resnet4j.data.DataSource;
import resnet4j.data.Dataset;
import resnet4j.data.Label;
import resnet4j.image.Picture;
import resnet4j.run.RunFolder;
import resnet4j.tensor.Device;
import resnet4j.train.Recipe;
import resnet4j.train.Runs;
import resnet4j.train.Squares;
import resnet4j.train.Trainer;

class SearchTest {
    private static final Map<String, Space> RATES = Map.of("optimizer.lr", new Space.LogUniform(1e-3, 0.3));

    @TempDir
    Path folder;

    // ---- spaces

    @Test
    void spaces_areReadAndDrawFromWhatTheySay() {
        var spaces = Space.parse(Records.parse("""
                {"optimizer.lr": {"type": "logUniform", "low": 0.01, "high": 1},
                 "optimizer.weightDecay": {"type": "uniform", "low": 0, "high": 1},
                 "epochs": {"type": "int", "low": 2, "high": 3},
                 "batch": {"type": "choice", "values": [8, 16]}}
                """));
        var counts = new int[4];
        var random = new SplittableRandom(0);
        for (int i = 0; i < 1000; i++) {
            double lr = spaces.get("optimizer.lr").draw(random).doubleValue();
            assertTrue(lr >= 0.01 && lr < 1);
            if (lr < 0.1) counts[0]++; // half of the factors of ten
            if (spaces.get("optimizer.weightDecay").draw(random).doubleValue() < 0.5) counts[1]++;
            if (spaces.get("epochs").draw(random).intValue() == 2) counts[2]++;
            if (spaces.get("batch").draw(random).intValue() == 8) counts[3]++;
        }
        for (int count : counts) assertEquals(500, count, 64); // four deviations of a fair coin
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | space: expected an object from fields to spaces",
                "{'batch': {'type': 'choice', 'values': []}} | batch: values: expected at least one, got none",
                "{'batch': {'type': 'logUniform', 'low': 0, 'high': 1}} | batch: low: expected more than 0, got 0.0",
                "{'batch': {'type': 'int', 'low': 2, 'high': 1}} | batch: low: expected a finite number, at most high",
                "{'batch': {'type': 'unifrom'}} | batch: unknown type 'unifrom'. Did you mean 'uniform'?",
            })
    void spaces_refuseWhatIsNone(String json, String sentence) {
        var node = Records.parse(json.replace('\'', '"'));
        var e = assertThrows(IllegalArgumentException.class, () -> Space.parse(node));
        assertTrue(e.getMessage().startsWith(sentence), e::getMessage);
    }

    // ---- the search, without runs

    private static Search search(int eta, int trials, Integer... rungs) {
        return new Search(Runs.recipe(), RATES, List.of(rungs), eta, trials, 5);
    }

    private static Search.Result result(int trial, int rung, double top1) {
        return new Search.Result(trial, rung, 0, top1, 1 - top1, 1, false, Optional.empty(), Map.of());
    }

    @Test
    void rungs_areFractionsOfTheEpochs() {
        assertEquals(List.of(1, 3, 10), Search.rungs(10, 1, 3));
        assertEquals(List.of(3, 9, 27), Search.rungs(27, 2, 3));
        assertEquals(List.of(4), Search.rungs(4, 3, 3));
    }

    /** Algorithm 2 of arXiv:1810.05934 by hand: two rungs, one of two goes on. */
    @Test
    void next_promotesTheBestHalfOfThoseThatCame() {
        var search = search(2, 4, 1, 2);
        var results = new ArrayList<Search.Result>();
        var top1 = new double[] {0.5, 0.7, 0.6, 0.8};
        for (var expected : new int[][] {{0, 0}, {1, 0}, {1, 1}, {2, 0}, {3, 0}, {3, 1}}) {
            var job = new Search.Job(expected[0], expected[1]);
            assertEquals(Optional.of(job), search.next(results));
            results.add(result(job.trial(), job.rung(), top1[job.trial()]));
        }
        assertEquals(Optional.empty(), search.next(results));
        assertEquals(3, search.best(results).orElseThrow().trial());
        assertEquals(
                List.of(3, 1, 2, 0),
                search.ranking(results).stream().map(Search.Result::trial).toList());
    }

    @Test
    void next_bringsTheBestToItsEndThoughNoneIsLeftToCompareWith() {
        var search = search(3, 2, 1, 3, 9);
        var results = new ArrayList<>(List.of(result(0, 0, 0.5), result(1, 0, 0.6)));
        assertEquals(Optional.of(new Search.Job(1, 1)), search.next(results));
        results.add(result(1, 1, 0.4)); // worse than the other one was, but further
        assertEquals(Optional.of(new Search.Job(1, 2)), search.next(results));
        results.add(result(1, 2, 0.4));
        assertEquals(Optional.empty(), search.next(results));
    }

    @Test
    void draws_areAFunctionOfSeedAndNumber() {
        var search = search(3, 10, 1);
        assertEquals(search.recipe(4), search.recipe(4));
        assertEquals(
                10, IntStream.range(0, 10).mapToObj(search::fields).distinct().count());
        assertEquals(search, Records.read(Records.write(search), Search.class));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "optimizer.lrr | 0.1 | optimizer.lrr: unknown field. Did you mean 'lr'?",
                "optimizer.momentum | 1.5 | optimizer.momentum: expected [0,1), got 1.5",
                "limit | 5 | space: limit decides what trials are measured on",
            })
    void search_refusesFieldsAndEdgesThatNoRecipeHas(String path, double high, String sentence) {
        var space = Map.<String, Space>of(path, new Space.Uniform(0.1, high));
        var recipe = Runs.recipe();
        var e = assertThrows(IllegalArgumentException.class, () -> new Search(recipe, space, List.of(1), 3, 1, 0));
        assertTrue(e.getMessage().startsWith(sentence), e::getMessage);
    }

    // ---- the search at work

    private static final Recipe BASE = Runs.recipe("validation=0.25", "schedule=cosine");

    private List<Search.Result> tune(String name, Search search, BooleanSupplier stop) throws IOException {
        var path = folder.resolve(name);
        var tuned = Files.exists(path) ? SearchFolder.open(path) : SearchFolder.create(path, search);
        var squares = Squares.source(40);
        var data =
                new DataSource<>("squares", squares.train(), squares.val(), Optional.of(new Secret(squares.train())));
        new Tuner(tuned, data, new Trainer.Options(Device.CPU, 1, 1e9, stop), 1e9, result -> {}).run();
        return tuned.results();
    }

    /** Test pictures that nobody may look at. */
    private record Secret(Dataset<Label> of) implements Dataset<Label> {
        @Override
        public int size() {
            return of.size();
        }

        @Override
        public List<String> classes() {
            return of.classes();
        }

        @Override
        public Label target(int index) {
            throw new AssertionError("a test label was read");
        }

        @Override
        public Picture picture(int index) {
            throw new AssertionError("a test picture was read");
        }

        @Override
        public String name(int index) {
            return of.name(index);
        }

        @Override
        public String digest() {
            return of.digest();
        }
    }

    private static List<Search.Result> withoutClocks(List<Search.Result> results) {
        return results.stream()
                .map(r -> new Search.Result(
                        r.trial(), r.rung(), r.epochs(), r.top1(), r.loss(), 0, r.over(), r.failure(), r.fields()))
                .toList();
    }

    @Test
    void tuner_findsTheSameAfterAnyInterruption_andPausingChangesNoRun() throws IOException {
        var search = new Search(BASE, RATES, List.of(1, 3), 3, 3, 5);
        var whole = tune("whole", search, () -> false);
        assertEquals(3, whole.stream().filter(r -> r.rung() == 0).count());
        assertEquals(1, whole.stream().filter(r -> r.rung() == 1).count());
        assertEquals(4, whole.size());

        var asked = new AtomicInteger();
        List<Search.Result> parts = List.of();
        for (int pieces = 0; search.next(parts).isPresent(); pieces++) {
            assertTrue(pieces < 100);
            asked.set(0);
            parts = tune("parts", search, () -> asked.incrementAndGet() > 5);
        }
        assertEquals(withoutClocks(whole), withoutClocks(parts));

        var best = search.best(whole).orElseThrow();
        var recipe = search.recipe(best.trial());
        var saved = new SearchFolder(folder.resolve("whole"));
        assertEquals(recipe, Records.read(Records.parse(saved.best()), Recipe.class));
        var straight = new RunFolder(folder.resolve("straight"));
        try (var trainer =
                new Trainer(recipe, Squares.source(40), straight, Trainer.Options.DEFAULT, new Trainer.Log() {})) {
            trainer.train();
        }
        assertEquals(losses(straight), losses(new RunFolder(saved.trial(best.trial()))));
    }

    private static List<String> losses(RunFolder run) throws IOException {
        return run.epochs().stream()
                .map(line -> line.train() + " " + line.validation())
                .toList();
    }

    @Test
    void tuner_goesOnAfterARunThatDiverges() throws IOException {
        var rates = Map.<String, Space>of(
                "optimizer.lr", new Space.Choice(List.of(Records.parse("1e30"), Records.parse("0.05"))));
        var search = new Search(BASE, rates, List.of(1), 3, 6, 1);
        var results = tune("diverging", search, () -> false);
        assertEquals(6, results.size());
        for (var result : results) {
            boolean mad = result.fields().get("optimizer.lr").doubleValue() > 1;
            assertEquals(mad, result.failure().isPresent(), result::toString);
        }
        assertNotEquals(0, results.stream().filter(r -> r.failure().isPresent()).count());
        assertTrue(search.best(results).orElseThrow().failure().isEmpty());
    }

    @Test
    void tuner_needsSomethingToChooseBy() throws IOException {
        var search = new Search(Runs.recipe(), RATES, List.of(1), 3, 1, 0);
        var e = assertThrows(IllegalArgumentException.class, () -> tune("blind", search, () -> false));
        assertTrue(e.getMessage().startsWith("validation: a search chooses by a validation split"), e::getMessage);
    }
}
