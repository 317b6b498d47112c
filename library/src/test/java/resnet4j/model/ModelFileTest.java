package resnet4j.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.MessageFormat;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.Shared;
import resnet4j.array.DType;
import resnet4j.array.HostTensor;
import resnet4j.config.Records;
import resnet4j.tensor.LiveObjects;
import resnet4j.tensor.NativeScope;
import resnet4j.weights.SafeTensors;
import resnet4j.weights.WeightFile;

class ModelFileTest {
    @TempDir
    Path folder;

    private Path saved;
    private ModelFile file;

    @BeforeEach
    void save() throws IOException {
        saved = folder.resolve("saved.safetensors");
        try (var net = Models.create("lenet5", 2)) {
            file = new ModelFile(
                    "lenet5",
                    net.architecture(),
                    Models.get("lenet5").preprocess(),
                    List.of("cat", "dog"),
                    Map.of("top1", 0.5),
                    "{}",
                    Map.of("seed", "0"));
            file.save(saved, net);
        }
    }

    private Path with(String field, String value) throws IOException {
        var weights = WeightFile.read(saved);
        var metadata = new LinkedHashMap<>(weights.metadata());
        if (value == null) metadata.remove(field);
        else metadata.put(field, value);
        var changed = folder.resolve("changed.safetensors");
        SafeTensors.write(changed, weights.tensors(), metadata);
        return changed;
    }

    @Test
    void open_givesWhatWasSaved() throws IOException {
        try (var opened = ModelFile.open(saved)) {
            assertEquals(file, opened.file());
            var weights = WeightFile.read(saved).tensors();
            var state = NetWeights.of(opened.net());
            assertEquals(weights.keySet(), state.keySet());
            for (var name : state.keySet())
                assertEquals(weights.get(name).data(), state.get(name).data(), name);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"model", "preprocess", "classes", "metrics", "provenance"})
    void missingField_isNamed(String field) throws IOException {
        var changed = with(field, null);
        var e = assertThrows(IOException.class, () -> ModelFile.open(changed));
        assertEquals(
                changed + ": the description of the model is damaged: expected the field " + field + ", there is none",
                e.getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "architecture, null",
        "architecture, {}",
        "architecture, 7",
        "preprocess, null",
        "preprocess, {}",
        "preprocess, [",
        "classes, null",
        "classes, [\"cat\"]",
        "classes, {",
        "metrics, [",
        "provenance, nothing"
    })
    void damagedField_isOneSentence(String field, String value) throws IOException {
        var changed = with(field, value);
        var e = assertThrows(IOException.class, () -> ModelFile.open(changed));
        assertTrue(e.getMessage().startsWith(changed + ": the description of the model is damaged: "), e.getMessage());
        assertFalse(e.getMessage().contains("java."), e.getMessage());
    }

    /** Each would take gigabytes, or for ever, if it was built before the file's tensors were counted. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"SmallCnn\",\"widths\":[2000000000],\"norm\":{\"type\":\"batch\",\"momentum\":0.1,\"eps\":1e-5},"
                        + "\"dropout\":0,\"classes\":2}",
                "{\"type\":\"DenseNet\",\"growth\":4,\"depths\":[1000000000],\"width\":4,\"pooled\":true,"
                        + "\"norm\":{\"type\":\"batch\",\"momentum\":0.1,\"eps\":1e-5},\"dropout\":0,\"classes\":2}",
                "{\"type\":\"AlexNet\",\"hidden\":2000000000,\"dropout\":0,\"classes\":2}"
            })
    void aNetworkLargerThanItsFile_isRefusedBeforeItIsBuilt(String architecture) throws IOException {
        var changed = with("architecture", architecture);
        long before = LiveObjects.settled();
        var e = assertThrows(IOException.class, () -> ModelFile.open(changed));
        assertEquals(before, NativeScope.liveObjects(), "what was built till then is freed");
        assertEquals(
                changed + ": the description of the model is damaged: architecture: expected a network of the size of"
                        + " its weights, got a larger one",
                e.getMessage());
    }

    @Test
    void anInputLargerThanPictures_isRefused() throws IOException {
        var wide = Records.line(file.preprocess().withCrop(30000, 30000));
        var changed = with("preprocess", wide);
        var e = assertThrows(IOException.class, () -> ModelFile.open(changed));
        assertTrue(e.getMessage().endsWith("at most 4096x4096 pixels, got 30000x30000"), e.getMessage());
    }

    @Test
    void aTakenName_isNotRegisteredTwice() {
        assertThrows(IllegalArgumentException.class, () -> Models.register(Models.get("lenet5")));
    }

    /** Ten classes at 32 pixels are airplanes only where the weights' publisher says so. */
    @Test
    void classNames_comeWithTheWeights() throws IOException {
        var published = Shared.data("cifar-resnets/resnet20-12fca82f.th");
        var renamed = Files.copy(published, folder.resolve("tumours.th"));
        try (var known = ModelFile.open("resnet20", Optional.of(published), OptionalInt.empty());
                var unknown = ModelFile.open("resnet20", Optional.of(renamed), OptionalInt.empty());
                var none = ModelFile.open("resnet20", Optional.empty(), OptionalInt.empty())) {
            assertEquals("airplane", known.file().classNames().get(0));
            assertEquals("0", unknown.file().classNames().get(0));
            assertEquals("0", none.file().classNames().get(0));
        }
    }

    /** Weights that are no numbers load, for those that want to look at them, and not without a word. */
    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, 1})
    void weightsThatAreNoNumbers_areSaid(float value) throws IOException {
        var path = folder.resolve("changed.safetensors");
        var weights = WeightFile.read(saved);
        var tensors = new LinkedHashMap<>(weights.tensors());
        var name = tensors.keySet().iterator().next();
        var tensor = tensors.get(name);
        int elements = (int) tensor.elements();
        var values = ByteBuffer.allocate(4 * elements).order(ByteOrder.LITTLE_ENDIAN);
        values.putFloat(4 * (elements / 2), value);
        tensors.put(name, new HostTensor(DType.F32, tensor.shape(), values));
        SafeTensors.write(path, tensors, weights.metadata());

        var said = new ArrayList<String>();
        var handler = new Handler() {
            @Override
            public void publish(LogRecord line) {
                said.add(MessageFormat.format(line.getMessage(), line.getParameters()));
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        var logger = Logger.getLogger("resnet4j.model");
        logger.addHandler(handler);
        try {
            ModelFile.open(path).close();
        } finally {
            logger.removeHandler(handler);
        }
        assertEquals(Float.isFinite(value) ? 0 : 1, said.size(), said::toString);
        if (!said.isEmpty())
            assertTrue(said.get(0).contains(path + ": 1 of ") && said.get(0).contains(name));
    }
}
