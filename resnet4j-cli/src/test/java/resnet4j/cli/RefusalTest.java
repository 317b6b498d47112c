package resnet4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.array.HostTensor;
import resnet4j.config.Records;
import resnet4j.image.Image;
import resnet4j.image.ImageFile;
import resnet4j.image.Preprocess;
import resnet4j.image.Resize;
import resnet4j.model.ModelFile;
import resnet4j.model.Models;
import resnet4j.weights.SafeTensors;
import resnet4j.weights.WeightFile;

/** What a person must not take for a result, and what nobody can have meant. */
class RefusalTest {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter(), err = new StringWriter();

    private int run(String... args) {
        return Main.run(new PrintWriter(out), new PrintWriter(err), args);
    }

    /** Each makes a folder of its own under runs/, where none is named, and then hears what is wrong. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "train --model resnet20 --data folder:nowhere",
                "pretrain --model resnet20 --data folder:nowhere",
                "finetune resnet20 --random --data folder:nowhere",
                "prune resnet20 --random --macs 1.5 --out small.safetensors",
                "prune resnet20 --random --macs 0.5 --data shapes:100 --out small.safetensors",
                "shrink resnet20 --random --budget 1m --data shapes:100",
                "distill --model resnet20 --teacher nowhere --data shapes:40",
                "tune --model resnet20 --data shapes:40 --space nowhere.json --budget 1m",
            })
    void whatIsRefused_leavesNoFolderBehind(String command) {
        var before = inRuns();
        assertTrue(run(command.split(" ")) != 0, out::toString);
        assertFalse(err.toString().isBlank());
        assertEquals(before, inRuns());
    }

    /** Pictures without labels are for pretraining: there is nothing to tell apart. */
    @Test
    void aClassifierOfOneClass_isRefused(@TempDir Path folder) throws IOException {
        for (int i = 0; i < 20; i++) {
            var picture = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
            picture.setRGB(i, 0, 0xFFFFFF);
            ImageIO.write(picture, "png", folder.resolve(i + ".png").toFile());
        }
        assertEquals(2, run("train", "--model=resnet20", "--data=unlabelled:" + folder), err::toString);
        assertTrue(err.toString().contains("two classes or more"), err::toString);
    }

    /** Empty where there is no such folder. */
    private static Optional<Integer> inRuns() {
        return Optional.ofNullable(Path.of("runs").toFile().list()).map(files -> files.length);
    }

    private Path picture(String name) throws IOException {
        var file = folder.resolve(name);
        ImageFile.writePng(file, new Image(40, 40, new byte[40 * 40 * 3]));
        return file;
    }

    private Path model(List<String> classes) throws IOException {
        var file = folder.resolve("model.safetensors");
        try (var net = Models.create("resnet20", classes.size())) {
            new ModelFile(
                            "resnet20",
                            Models.get("resnet20").architecture().withClasses(classes.size()),
                            Preprocess.of(new Resize.Exact(32, 32), 32),
                            classes,
                            Map.of(),
                            "",
                            Map.of())
                    .save(file, net);
        }
        return file;
    }

    @Test
    void aNetworkWithoutWeights_doesNotAnswerAsIfItWereTrained() throws IOException {
        var picture = picture("a.png").toString();
        var onnx = folder.resolve("net.onnx");
        for (var line : List.of(
                List.of("predict", "resnet20", picture),
                List.of("predict", "squeezenet1_0", picture),
                List.of("eval", "resnet56", "--data=shapes:40"),
                List.of("export", "resnet20", "--out=" + onnx),
                List.of("export", "resnet20", "--out=" + folder.resolve("net.pth")),
                List.of("bench", "resnet20", "--mode=folder", "--pictures=" + folder, "--random", "--weights=x.pth"))) {
            err.getBuffer().setLength(0);
            assertEquals(2, run(line.toArray(String[]::new)), line::toString);
            assertTrue(err.toString().contains("weights"), err::toString);
        }
        assertEquals("", out.toString());
        assertFalse(Files.exists(onnx));
        assertEquals(0, run("predict", "resnet20", "--random", picture, "--device=cpu"), err::toString);
        assertEquals(2, run("predict", model(List.of("a", "b")).toString(), "--random", picture));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --threads          | models --threads 20000
            --threads          | doctor --threads 2147483647
            --threads          | summary resnet20 --threads 0
            --batch            | bench resnet20 --batch 2000000000
            --batch            | bench resnet20 --batch 0
            --batch            | bench resnet20 --size 2048 --batch 1000
            --batch            | predict resnet20 --random pom.xml --batch 0
            --batch            | predict resnet20 --random pom.xml --batch 99999999
            --batch            | train --batch 100000000
            --size             | bench resnet20 --size 1000000
            --size             | summary resnet20 --size 100000
            --size             | summary resnet20 --size 0
            --loader-threads   | predict resnet20 --random pom.xml --loader-threads 5000
            --loader-threads   | train --loader-threads 100000
            --classes          | summary resnet20 --classes 2000000000
            --crop             | preprocess pom.xml --out o.png --resize 1 --crop 100000
            --resize           | preprocess pom.xml --out o.png --resize 0
            --max-batch        | compare resnet20 --max-batch 2147483647
            """)
    void whatNoMachineHas_isRefusedByTheNameOfItsOption(String option, String line) {
        assertEquals(2, run(line.split(" ")), err::toString);
        assertTrue(err.toString().startsWith("resnet4j: " + option + ": expected at "), err::toString);
        assertEquals(1, err.toString().lines().count(), err::toString);
    }

    @ParameterizedTest
    @ValueSource(strings = {"models", "models --json", "summary resnet20", "--help", "predict --help", "--version"})
    void aResultThatCannotBeWritten_isAFailure(String line) {
        var full = new PrintWriter(
                new OutputStream() {
                    @Override
                    public void write(int b) throws IOException {
                        throw new IOException("No space left on device");
                    }
                },
                true);
        assertEquals(1, Main.run(full, new PrintWriter(err), line.split(" ")));
        assertTrue(err.toString().contains("standard output"), err::toString);
    }

    @Test
    void namesOfOthers_moveNoCursorAndForgeNoLine() throws IOException {
        var model = model(List.of("cat\u001b[2J", "dog\nresnet4j: all is well")).toString();
        assertEquals(
                0, run("predict", model, picture("a\u001b]0;title\u0007\n.png").toString()), err::toString);
        var text = out.toString().strip();
        assertEquals(1, text.lines().count(), text);
        assertTrue(text.chars().noneMatch(Character::isISOControl), text);
        assertTrue(text.contains("cat\\u001b[2J") && text.contains("dog\\nresnet4j"), text);
        assertEquals(2, run("predict", "no\u001b[31mnet", folder.toString()));
        assertFalse(err.toString().contains("\u001b"), err::toString);
    }

    @Test
    void answersThatAreNoNumbers_areRefused() throws IOException {
        var file = model(List.of("a", "b"));
        var saved = WeightFile.read(file);
        var tensors = new LinkedHashMap<String, HostTensor>(saved.tensors());
        tensors.put(
                "fc.bias",
                new HostTensor(
                        saved.tensors().get("fc.bias").dtype(),
                        List.of(2L),
                        ByteBuffer.allocate(8)
                                .order(ByteOrder.LITTLE_ENDIAN)
                                .putFloat(0)
                                .putFloat(Float.NaN)
                                .flip()));
        var damaged = folder.resolve("damaged.safetensors");
        SafeTensors.write(damaged, tensors, saved.metadata());
        assertEquals(1, run("predict", damaged.toString(), picture("a.png").toString()), err::toString);
        assertEquals("", out.toString());
    }

    @Test
    void aFolderOfPicturesWithoutItsKind_isAskedFor() {
        assertEquals(2, run("train", "--data", folder.toString()));
        assertTrue(err.toString().contains("did you mean folder:" + folder + "?"), err::toString);
    }

    @Test
    void trainTakesTheUsualOptions_andSaysThatItTrainsOnShapes() throws IOException {
        var run = folder.resolve("run");
        assertEquals(
                0,
                run("train", "--model=lenet5", "--epochs=1", "--batch=20", "--lr=0.02", "--limit=20", "--run=" + run),
                err::toString);
        assertTrue(err.toString().contains("shapes"), err::toString);
        assertTrue(out.toString().startsWith("1 epoch in "), out::toString);
        assertTrue(out.toString().contains("./resnet4j predict " + run), out::toString);
        var recipe = Records.parse(run.resolve("recipe.json"));
        assertEquals(0.02, recipe.at("/optimizer/lr").asDouble());
        assertEquals(20, recipe.get("batch").asInt());
    }
}
