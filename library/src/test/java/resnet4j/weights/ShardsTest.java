package resnet4j.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.array.DType;
import resnet4j.array.HostTensor;

/** Weights in several files, in the layout of huggingface.co/docs/transformers/big_models. */
class ShardsTest {
    private static final String FIRST = "model-00001-of-00002.safetensors", SECOND = "model-00002-of-00002.safetensors";

    @TempDir
    Path folder;

    @BeforeEach
    void write() throws IOException {
        SafeTensors.write(folder.resolve(FIRST), Map.of("b", tensor(2)), Map.of("format", "pt"));
        SafeTensors.write(folder.resolve(SECOND), Map.of("a", tensor(1), "c", tensor(3)), Map.of());
    }

    private static HostTensor tensor(int value) {
        return new HostTensor(DType.U8, List.of(1L), ByteBuffer.wrap(new byte[] {(byte) value}));
    }

    private Path index(String map) throws IOException {
        return Files.writeString(
                folder.resolve("model.safetensors.index.json"),
                "{\"metadata\": {\"total_size\": 3}, \"weight_map\": {" + map.replace('\'', '"') + "}}");
    }

    private Path whole() throws IOException {
        return index("'a': '" + SECOND + "', 'b': '" + FIRST + "', 'c': '" + SECOND + "'");
    }

    private static List<String> read(Path path) throws IOException {
        var read = new ArrayList<String>();
        WeightFile.read(path)
                .tensors()
                .forEach((name, t) -> read.add(name + t.data().get(0)));
        return read;
    }

    @Test
    void anIndex_givesTheTensorsOfAllShardsInItsOrder() throws IOException {
        assertEquals(List.of("a1", "b2", "c3"), read(whole()));
    }

    @Test
    void aFolder_isReadByItsIndexOrByTheNamesOfItsShards() throws IOException {
        assertEquals(List.of("a1", "b2", "c3"), read(folder).stream().sorted().toList());
        whole();
        assertEquals(List.of("a1", "b2", "c3"), read(folder));
    }

    @Test
    void aFolder_withOneFileIsThatFile() throws IOException {
        var other = Files.createDirectory(folder.resolve("other"));
        SafeTensors.write(other.resolve("model.safetensors"), Map.of("w", tensor(9)), Map.of());
        assertEquals(List.of("w9"), read(other));
    }

    @Test
    void shardsOfPyTorch_areReadToo() throws IOException {
        var other = Files.createDirectory(folder.resolve("other"));
        for (int i = 1; i <= 2; i++)
            PyTorchFile.write(
                    other.resolve("pytorch_model-0000" + i + "-of-00002.bin"),
                    new LinkedHashMap<>(Map.of("w" + i, tensor(i))));
        assertEquals(List.of("w11", "w22"), read(other));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'a': '../secret.safetensors' | names of files beside it",
                "'a': '/etc/passwd' | names of files beside it",
                "'a': 5 | names of files beside it",
                "'a': 'a\\u0000b' | names of files beside it",
                "'a': 'model-00003-of-00003.safetensors' | is not beside it",
                "'z': 'model-00001-of-00002.safetensors' | which it does not",
            })
    void anIndex_isRefusedInASentence(String row) throws IOException {
        String[] cells = row.split(" \\| ");
        var path = index(cells[0]);
        var e = assertThrows(IOException.class, () -> WeightFile.read(path));
        assertTrue(e.getMessage().startsWith(path + ": "), e.getMessage());
        assertTrue(e.getMessage().contains(cells[1]), e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "[]", "{}", "{\"weight_map\": {}}", "{\"weight_map\": []}", ""})
    void whatIsNoIndex_isRefusedInASentence(String json) throws IOException {
        var path = Files.writeString(folder.resolve("x.index.json"), json);
        var e = assertThrows(IOException.class, () -> WeightFile.read(path));
        assertTrue(e.getMessage().startsWith(path + ": expected an index of shards"), e.getMessage());
    }

    @Test
    void aFolder_withoutAllShardsSaysSo() throws IOException {
        Files.delete(folder.resolve(SECOND));
        var e = assertThrows(IOException.class, () -> WeightFile.read(folder));
        assertTrue(e.getMessage().contains("expected 2 shards"), e.getMessage());
        Files.delete(folder.resolve(FIRST));
        assertTrue(assertThrows(IOException.class, () -> WeightFile.read(folder))
                .getMessage()
                .contains("got a folder without"));
    }
}
