package resnet4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import resnet4j.config.Records;
import resnet4j.model.ModelFile;
import resnet4j.model.Models;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Precision;
import resnet4j.weights.SafeTensors;
import resnet4j.weights.WeightFile;

/** From weights to a classifier of other pictures, and out to other programs. */
class FinetuneExportTest {
    @TempDir
    private Path folder;

    private static JsonNode run(String... args) {
        StringWriter out = new StringWriter(), err = new StringWriter();
        var all = new ArrayList<>(List.of(args));
        all.add("--json");
        int code = Main.run(new PrintWriter(out), new PrintWriter(err), all.toArray(String[]::new));
        assertEquals(0, code, err::toString);
        return Records.parse(out.toString());
    }

    @Test
    void finetune_crossValidatesEachPictureOnce() {
        var result = run(
                "finetune", "resnet20", "--data", "shapes:48", "--folds", "3", "--epochs", "2", "--run", "" + folder);
        assertEquals(3, result.get("runs").size());
        double sum = 0;
        for (var fold : result.get("runs")) {
            assertEquals(16, fold.get("test").get("samples").intValue());
            sum += fold.get("test").get("top1").doubleValue();
        }
        assertEquals(sum / 3, result.get("top1").get("mean").doubleValue(), 1e-12);
        assertTrue(result.get("reasons").toString().contains("48 training pictures of 8 classes"));
    }

    /** What fine-tuning replaces need not be there, nor fit: self-supervised backbones have no head. */
    @Test
    void finetune_takesWeightsWithoutAHeadAndWithAnother() throws IOException {
        Ops.seed(6);
        var all = folder.resolve("all.safetensors");
        try (var opened = ModelFile.open("resnet20", Optional.empty(), OptionalInt.of(7))) {
            opened.file().save(all, opened.net());
        }
        var seven = new LinkedHashMap<>(WeightFile.read(all).tensors());
        var none = new LinkedHashMap<>(seven);
        none.keySet().removeIf(name -> name.startsWith("fc."));
        for (var tensors : List.of(seven, none)) {
            var weights = folder.resolve(tensors.size() + ".safetensors");
            SafeTensors.write(weights, tensors, Map.of());
            var run = folder.resolve("run-" + tensors.size());
            run("finetune", "resnet20", "--weights=" + weights, "--data=shapes:40", "--epochs=1", "--run=" + run);
            assertEquals(
                    List.of(8L, 64L),
                    WeightFile.read(run.resolve("model.safetensors"))
                            .tensors()
                            .get("fc.weight")
                            .shape());
        }
    }

    @Test
    void finetune_ofTheHeadAloneLeavesTheBody() throws IOException {
        Ops.seed(5);
        var weights = folder.resolve("start.safetensors");
        try (var opened = ModelFile.open("resnet20", Optional.empty(), OptionalInt.empty())) {
            opened.file().save(weights, opened.net());
        }
        run(
                "finetune",
                weights.toString(),
                "--data",
                "shapes:40",
                "--strategy",
                "probe",
                "--epochs",
                "3",
                "--folds",
                "2",
                "--run",
                "" + folder.resolve("run"));
        var before = WeightFile.read(weights).tensors();
        var after =
                WeightFile.read(folder.resolve("run/fold-1/model.safetensors")).tensors();
        assertEquals(List.of(8L, 64L), after.get("fc.weight").shape());
        for (var name : List.of("conv1.weight", "layer3.2.conv2.weight", "layer2.0.bn1.running_mean"))
            assertEquals(before.get(name).data(), after.get(name).data(), name);
    }

    @Test
    void finetune_searchesForARateAndShowsIt() throws IOException {
        var result = run(
                "finetune",
                "resnet20",
                "--data",
                "shapes:64",
                "--limit",
                "64",
                "--strategy",
                "last",
                "--epochs",
                "1",
                "--find-lr",
                "--precision",
                "auto",
                "--run",
                "" + folder.resolve("run"));
        assertTrue(result.get("rates").size() > 10);
        var page = Files.readString(folder.resolve("run/report.html"));
        assertTrue(page.contains("Learning-rate search"));
        var computed = Precision.parse("auto").name().toLowerCase(Locale.ROOT);
        assertTrue(page.contains(">cpu, " + computed + "<"), "the page says in what it was computed");
    }

    @Test
    void onnxFile_answersAsTheNetwork() {
        var result = run("export", "resnet20", "--random", "--out", "" + folder.resolve("net.onnx"));
        assertEquals(8, result.get("check").get("images").intValue());
        assertTrue(result.get("check").get("relative").doubleValue() < 1e-4, result::toString);
    }

    @Test
    void stateDict_hasEveryWeightUnderItsName() throws IOException {
        run("export", "resnet20", "--random", "--out", "" + folder.resolve("net.pth"));
        var written = WeightFile.read(folder.resolve("net.pth")).tensors();
        try (var net = Models.create("resnet20", 10)) {
            assertEquals(net.state().keySet(), written.keySet());
        }
    }

    @Test
    void export_refusesAnotherEnding() {
        var err = new StringWriter();
        int code = Main.run(
                new PrintWriter(new StringWriter()), new PrintWriter(err), "export", "resnet20", "--out", "net.h5");
        assertEquals(2, code);
        assertEquals(1, err.toString().strip().lines().count(), err::toString);
    }
}
