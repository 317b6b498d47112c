package resnet4j.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import resnet4j.data.DataSource;
import resnet4j.data.Labelled;
import resnet4j.image.Decoding;
import resnet4j.image.ImageFile;
import resnet4j.model.ModelFile;
import resnet4j.model.Models;

/** Every example runs, one on what another has made, on pictures that are drawn here. */
class ExamplesTest {
    private interface Program {
        void main(String... args) throws Exception;
    }

    @Test
    void examples_areWholePrograms(@TempDir Path folder) throws Exception {
        String model = folder + "/net.safetensors", pictures = folder + "/pictures", run = folder + "/run";
        var drawn = draw(Path.of(pictures));
        save(Path.of(model));
        var said = run(FinetuneFolder::main, model, pictures, run);
        assertTrue(said.get(said.size() - 1).matches("[0-9.]+ right; .*report.html"), said::toString);
        assertTrue(Files.size(Path.of(run, "report.html")) > 1000);
        for (var opened : List.of(run, run + "/model.onnx")) {
            var answers = run(Classify::main, opened, drawn.get(0));
            assertEquals(3, answers.size());
            assertTrue(answers.get(0).matches("\\w+ [0-9.]+ %"), answers::toString);
        }
        assertEquals(List.of("good enough"), run(GoodEnough::main, run, "folder:" + pictures, "0", "star", "0"));
        var not = assertThrows(
                AssertionError.class, () -> run(GoodEnough::main, run, "folder:" + pictures, "1.01", "star", "0"));
        assertTrue(not.getMessage().startsWith("accuracy: expected at least 1.0100, measured 0."), not::getMessage);
        var alike = run(Alike::main, run, drawn.get(0), drawn.get(1), drawn.get(0));
        assertEquals("1.000 " + drawn.get(0), alike.get(0));
    }

    @Test
    void ownArchitecture_isTrainedAndOpened(@TempDir Path folder) throws Exception {
        draw(folder.resolve("pictures"));
        var said = run(OwnArchitecture::main, folder + "/pictures", folder + "/run");
        var classes = DataSource.parse("shapes:60").train().classes().stream()
                .sorted()
                .toList();
        assertEquals(List.of("meanandmax20 knows " + classes), said);
    }

    /** A network to begin from; random weights do. */
    private static void save(Path file) throws Exception {
        var entry = Models.get("resnet20");
        var names = IntStream.range(0, 10).mapToObj(i -> "class" + i).toList();
        try (var net = Models.create("resnet20", 10)) {
            new ModelFile("resnet20", net.architecture(), entry.preprocess(), names, Map.of(), "", Map.of())
                    .save(file, net);
        }
    }

    /** A folder for each class. Gives the files. */
    private static List<String> draw(Path folder) throws Exception {
        var data = DataSource.parse("shapes:60").train();
        var files = new ArrayList<String>();
        for (int i = 0; i < data.size(); i++) {
            var file =
                    folder.resolve(data.classes().get(Labelled.label(data, i))).resolve(i + ".png");
            Files.createDirectories(file.getParent());
            ImageFile.writePng(file, data.picture(i).decode(Decoding.STORED));
            files.add(file.toString());
        }
        return files;
    }

    private static List<String> run(Program program, String... args) throws Exception {
        var printed = new ByteArrayOutputStream();
        var out = System.out;
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            program.main(args);
        } finally {
            System.setOut(out);
        }
        return printed.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
