package resnet4j.segmenter;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import resnet4j.config.Records;
import resnet4j.data.DataSource;
import resnet4j.export.OnnxCheck;
import resnet4j.export.OnnxExport;
import resnet4j.graph.Plan;
import resnet4j.graph.Tracer;
import resnet4j.image.LabelMap;
import resnet4j.run.RunFolder;
import resnet4j.study.Search;
import resnet4j.study.SearchFolder;
import resnet4j.study.Space;
import resnet4j.study.Tuner;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Precision;
import resnet4j.tensor.Tensor;
import resnet4j.train.Objective;
import resnet4j.train.Recipe;
import resnet4j.train.Runs;
import resnet4j.train.Trainer;

/** A task that the library does not know goes through its trainer, run folder, search and report as they are. */
class SegmenterTest {
    @TempDir
    Path folder;

    @BeforeAll
    static void register() {
        Objective.register(SegmentTiny.class);
    }

    private static Recipe recipe(int epochs) {
        return Records.overlay(new Recipe(), Records.parse("""
                {"learn": {"type": "segmentTiny", "width": 12}, "model": "tiny", "data": "shapes:160", "limit": 160,
                 "validation": 0.2, "epochs": %d, "batch": 8, "precision": "fp32", "ema": 0.9, "seed": 3,
                 "augment": [{"type": "flip", "p": 0.5}, {"type": "padCrop", "pad": 2}],
                 "optimizer": {"type": "adamW", "lr": 0.01}, "schedule": "constant"}
                """.formatted(epochs)));
    }

    private static DataSource<LabelMap> data(Recipe recipe) throws IOException {
        return DataSource.parse(recipe.data(), LabelMap.class);
    }

    @Test
    void segmenter_learnsResumesAndReports() throws IOException {
        var recipe = recipe(8);
        var whole = folder.resolve("whole");
        var outcome = Runs.train(recipe, whole, Integer.MAX_VALUE);
        var epochs = new RunFolder(whole).epochs();
        assertEquals(8, epochs.size());
        double first = epochs.get(0).train().get("loss"),
                last = epochs.get(7).train().get("loss");
        assertTrue(last < 0.8 * first, first + " fell to " + last);
        assertEquals("miou", outcome.test().orElseThrow().headline());
        // four of five pixels are background: all taken for it give 0.4
        assertTrue(
                outcome.test().get().value() > 0.5,
                () -> "mean IoU " + outcome.test().get().value());
        var report = Files.readString(new RunFolder(whole).report());
        assertTrue(report.contains("Validation miou was best after epoch "), report);
        assertFalse(report.contains("Top-1"), report);

        var parts = folder.resolve("parts");
        int stops = 0;
        while (Runs.train(recipe, parts, 41).stopped()) assertTrue(++stops < 50);
        assertArrayEquals(
                Files.readAllBytes(new RunFolder(whole).model()), Files.readAllBytes(new RunFolder(parts).model()));
        assertEquals(
                Files.readString(new RunFolder(whole).evaluation()),
                Files.readString(new RunFolder(parts).evaluation()));
    }

    @Test
    void search_comparesByTheHeadline() throws IOException {
        var rates = Map.<String, Space>of(
                "optimizer.lr", new Space.Choice(List.of(Records.parse("1e-7"), Records.parse("0.02"))));
        var search = new Search(recipe(2), rates, List.of(1, 2), 2, 4, 1);
        var found = SearchFolder.create(folder.resolve("search"), search);
        var tuned = new Tuner(
                        found, data(search.base()), Trainer.Options.DEFAULT, Double.POSITIVE_INFINITY, result -> {})
                .run();
        var best = tuned.best().orElseThrow();
        assertEquals(0.02, best.fields().get("optimizer.lr").doubleValue());
        double most = new RunFolder(found.trial(best.trial()))
                .epochs().stream()
                        .mapToDouble(epoch -> epoch.validation().get("miou"))
                        .max()
                        .orElseThrow();
        assertEquals(most, best.top1());
    }

    /** The map of classes, and what the last layer but one gave. */
    @Test
    void segmenter_isTracedPlannedAndExportedWithTwoOutputs() throws IOException {
        try (var scope = new NativeScope();
                var net = new TinySegmenter(8)) {
            var traced = Tracer.trace(net, 1, 3, 32, 32);
            var graph = traced.withOutputs(Map.of(
                    "map",
                    traced.outputs().get("logits"),
                    "features",
                    traced.layers().get("bn3")));
            net.train(false);
            var images = Tensor.randn(2, 3, 32, 32);
            var expected = net.apply(images).toFloats();
            try (var plan = Plan.compile(graph, Precision.FP32)) {
                var planned = plan.run(Map.of("images", images));
                assertEquals(Set.of("map", "features"), planned.keySet());
                assertArrayEquals(expected, planned.get("map").toFloats(), 1e-5f); // folded norms
            }
            var file = folder.resolve("segmenter.onnx");
            OnnxExport.write(graph, file, "a segmenter");
            OnnxCheck.of(file, graph, Map.of("images", images))
                    .forEach((name, difference) -> assertTrue(difference.relative() < 1e-5, name));
        }
    }
}
