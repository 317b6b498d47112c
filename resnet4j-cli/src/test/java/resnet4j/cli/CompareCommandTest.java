package resnet4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import resnet4j.config.Records;
import resnet4j.eval.Timing;
import resnet4j.model.ModelFile;
import resnet4j.model.Models;

class CompareCommandTest {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter(), err = new StringWriter();

    private int run(String... line) {
        return Main.run(new PrintWriter(out), new PrintWriter(err), line);
    }

    @Test
    void eachBatch_isMeasuredInItsOwnProcess() throws IOException {
        var entry = Models.get("resnet20");
        var file = folder.resolve("resnet20.safetensors");
        try (var net = Models.create("resnet20", 4)) {
            var classes = List.of("a", "b", "c", "d");
            new ModelFile("resnet20", net.architecture(), entry.preprocess(), classes, Map.of(), "", Map.of())
                    .save(file, net);
        }
        long own = Timing.peakRssBytes();
        assertEquals(
                0,
                run(("compare " + file + " --max-batch 2 --rounds 1 --seconds 0.05 --device cpu --threads 1 --json")
                        .split(" ")),
                err::toString);
        var json = Records.parse(out.toString());
        assertEquals(1, json.get("threads").asInt());
        var row = json.get("models").get(0);
        assertEquals(Files.size(file), row.get("fileBytes").asLong());
        assertEquals(32, row.get("size").asInt());
        assertTrue(row.get("macs").asLong() > 40_000_000 && row.get("macs").asLong() < 42_000_000); // 41M: the paper
        assertEquals(
                List.of(1, 2),
                Stream.of(0, 1)
                        .map(i -> row.get("batches").get(i).get("batch").asInt())
                        .toList());
        assertEquals(row.get("batches").get(0), row.get("single"));
        double best = row.get("best").get("imagesPerSecond").get("median").asDouble();
        for (var speed : row.get("batches")) {
            double rate = speed.get("imagesPerSecond").get("median").asDouble();
            assertTrue(rate > 0 && rate <= best, row::toString);
            assertTrue(speed.get("peakRssBytes").asLong() > 50 << 20, row::toString); // libtorch alone is more
            assertTrue(speed.get("peakRssBytes").asLong() != own, row::toString);
        }
        assertFalse(row.has("accuracy")); // nobody gave pictures
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "compare resnet20 --rounds 0 | --rounds: expected at least 1, got 0",
                "compare resnet20 --max-batch 0 | --max-batch: expected at least 1, got 0",
                "compare resnet20=resnet20.nobody | weights: expected a file or an id of the catalogue, got"
                        + " 'resnet20.nobody'.",
            })
    void wrongUsage_isOneSentence(String line, String sentence) {
        assertEquals(2, run(line.split(" ")));
        assertTrue(err.toString().startsWith("resnet4j: " + sentence), err::toString);
    }
}
