package resnet4j.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import resnet4j.array.DType;
import resnet4j.array.HostTensor;

class SafeTensorsTest {
    @TempDir
    Path folder;

    /** The example of the format's specification: a half, then a float, side by side. */
    @Test
    void read_givesTensorsInTheOrderOfTheHeader() throws IOException {
        Path file = file(
                "{'a':{'dtype':'F16','shape':[1,2],'data_offsets':[4,8]},"
                        + "'__metadata__':{'format':'pt'},'b':{'dtype':'F32','shape':[],'data_offsets':[0,4]}}   ",
                new byte[] {0, 0, 32, 64, 0, 60, 0, 64}); // 2.5f, half 1 and 2
        WeightFile read = SafeTensors.read(file);
        assertEquals(List.of("a", "b"), new ArrayList<>(read.tensors().keySet()));
        assertEquals(Map.of("format", "pt"), read.metadata());
        assertEquals(2.5f, read.tensors().get("b").data().getFloat());
        assertEquals(List.of(), read.tensors().get("b").shape());
        assertEquals(DType.F16, read.tensors().get("a").dtype());
        assertEquals(0x3c00, read.tensors().get("a").data().getShort());
        assertEquals(read, WeightFile.read(file), "by its content");
    }

    /** Every rule of the format, broken once. The data is eight bytes. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{'a':{'dtype':'U8','shape':[7],'data_offsets':[0,7]}}; but 8 follow it; the file is longer than it says",
                "{'a':{'dtype':'U8','shape':[9],'data_offsets':[0,9]}}; the file is truncated",
                "{'a':{'dtype':'U8','shape':[7],'data_offsets':[1,8]}}; leave a hole",
                "{'a':{'dtype':'U8','shape':[8],'data_offsets':[0,8]},'b':{'dtype':'U8','shape':[2],'data_offsets':[6,8]}}; overlap",
                "{'a':{'dtype':'U8','shape':[8],'data_offsets':[0,8]},'b':{'dtype':'U8','shape':[8],'data_offsets':[0,8]}}; overlap",
                "{'a':{'dtype':'U8','shape':[2],'data_offsets':[0,2]},'b':{'dtype':'U8','shape':[2],'data_offsets':[6,8]}}; leave a hole",
                "{'a':{'dtype':'U8','shape':[8],'data_offsets':[8,0]}}; expected 8 bytes for U8[8], got data_offsets [8, 0]",
                "{'a':{'dtype':'F32','shape':[8],'data_offsets':[0,8]}}; expected 32 bytes",
                "{'a':{'dtype':'F4','shape':[16],'data_offsets':[0,8]}}; got F4",
                "{'a':{'dtype':7,'shape':[8],'data_offsets':[0,8]}}; expected a string",
                "{'a':{'dtype':'U8','shape':[-8],'data_offsets':[0,8]}}; >= 0",
                "{'a':{'dtype':'U8','shape':[8.0],'data_offsets':[0,8]}}; expected a whole number",
                "{'a':{'dtype':'U8','shape':['8'],'data_offsets':[0,8]}}; expected a whole number",
                "{'a':{'dtype':'U8','shape':[4294967296,4294967296],'data_offsets':[0,8]}}; possible size",
                "{'a':{'dtype':'U8','shape':[99999999999999999999],'data_offsets':[0,8]}}; JSON",
                "{'a':{'dtype':'U8','shape':8,'data_offsets':[0,8]}}; expected an array",
                "{'a':{'dtype':'U8','shape':[8],'data_offsets':[0,4,8]}}; two data_offsets",
                "{'a':{'dtype':'U8','shape':[8]}}; two data_offsets",
                "{'a':{'dtype':'U8','shape':[8],'data_offsets':[0,8],'more':1}}; got more",
                "{'a':7}; expected an object",
                "{'a':{'dtype':'U8','shape':[4],'data_offsets':[0,4]},'a':{'dtype':'U8','shape':[4],'data_offsets':[4,8]}}; Duplicate field 'a'",
                "{'a':{'dtype':'U8','dtype':'U8','shape':[8],'data_offsets':[0,8]}}; Duplicate field 'dtype'",
                "{'__metadata__':{'a':1},'a':{'dtype':'U8','shape':[8],'data_offsets':[0,8]}}; expected a string",
                "{'__metadata__':['a'],'a':{'dtype':'U8','shape':[8],'data_offsets':[0,8]}}; expected an object",
                "{'a':{'dtype':'U8','shape':[8],'data_offsets':[0,8]}}{}; expected nothing after",
                "{'a':{'dtype':'U8','shape':[8],'data_offsets':[0,8]}; JSON",
                "{} ; places 0 bytes",
                "{'\u00e9; JSON",
            })
    void read_refusesWhatBreaksARule(String header, String reason) throws IOException {
        Path file = file(header, new byte[8]);
        var e = assertThrows(IOException.class, () -> SafeTensors.read(file));
        assertTrue(e.getMessage().startsWith(file + ": "), e.getMessage());
        assertTrue(e.getMessage().contains(reason), e.getMessage());
        assertThrows(IOException.class, () -> WeightFile.read(file));
    }

    @Test
    void read_refusesHeadersOfImpossibleSize() throws IOException {
        for (long bytes : new long[] {0, 1, 100_000_001, Long.MAX_VALUE, -1, Long.MIN_VALUE}) {
            var data = ByteBuffer.allocate(32)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(0, bytes)
                    .put(8, (byte) '{');
            Path file = Files.write(folder.resolve("x.safetensors"), data.array());
            var e = assertThrows(IOException.class, () -> SafeTensors.read(file));
            assertTrue(e.getMessage().contains("header of 2 to 100000000 bytes"), e.getMessage());
        }
        Path truncated = Files.write(folder.resolve("x.safetensors"), new byte[] {9, 0, 0, 0, 0, 0, 0, 0, '{'});
        assertTrue(assertThrows(IOException.class, () -> SafeTensors.read(truncated))
                .getMessage()
                .contains("truncated"));
        Path notJson = Files.write(folder.resolve("x.safetensors"), new byte[] {2, 0, 0, 0, 0, 0, 0, 0, ' ', '{'});
        assertThrows(IOException.class, () -> SafeTensors.read(notJson));
        Path notUtf8 = file("{'\u00ff':1}", StandardCharsets.ISO_8859_1, new byte[0]);
        assertTrue(assertThrows(IOException.class, () -> SafeTensors.read(notUtf8))
                .getMessage()
                .contains("UTF-8"));
    }

    @Test
    void write_keepsNamesOrderTypesMetadataAndAlignment() throws IOException {
        var tensors = new LinkedHashMap<String, HostTensor>();
        for (var small : SmallFiles.all()) {
            Path file = Files.write(folder.resolve("small"), small.file());
            WeightFile.read(file).tensors().forEach((name, tensor) -> tensors.put(small + "/" + name, tensor));
        }
        var metadata = Map.of("architecture", "{\"depth\": 18}\n\u0000\ud83d\ude00", "", "");
        Path file = folder.resolve("new/written.safetensors");
        SafeTensors.write(file, tensors, metadata);
        WeightFile read = SafeTensors.read(file);
        assertEquals(SmallFiles.describe(tensors), SmallFiles.describe(read.tensors()));
        assertEquals(
                new ArrayList<>(tensors.keySet()),
                new ArrayList<>(read.tensors().keySet()));
        assertEquals(metadata, read.metadata());
        byte[] bytes = Files.readAllBytes(file);
        assertEquals(0, ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong() % 8, "data is aligned");

        SafeTensors.write(file, read.tensors(), metadata);
        assertArrayEquals(bytes, Files.readAllBytes(file), "the same bytes, over the file that was read");
        try (var files = Files.list(file.getParent())) {
            assertEquals(List.of(file), files.toList(), "nothing is left beside it");
        }
    }

    @Test
    void write_refusesTheNameOfTheMetadata() {
        var tensor = new HostTensor(DType.U8, List.of(0L), ByteBuffer.allocate(0));
        assertThrows(
                IllegalArgumentException.class,
                () -> SafeTensors.write(folder.resolve("x"), Map.of("__metadata__", tensor), Map.of()));
    }

    @Test
    void write_leavesTheOldFileIfItFails() throws IOException {
        Path file = Files.writeString(folder.resolve("old"), "old");
        Path blocked = Files.createDirectory(folder.resolve("blocked"));
        Files.writeString(blocked.resolve("inside"), "so that it cannot be replaced");
        var tensor = new HostTensor(DType.U8, List.of(1L), ByteBuffer.allocate(1));
        assertThrows(IOException.class, () -> SafeTensors.write(blocked, Map.of("a", tensor), Map.of()));
        assertEquals("old", Files.readString(file));
        try (var files = Files.list(folder)) {
            assertEquals(2, files.count(), "no temporary file is left");
        }
    }

    @Test
    void write_leavesTheOldFileIfATensorIsNotWhatWasSaid() throws IOException {
        Path file = Files.writeString(folder.resolve("old"), "old");
        var two = new HostTensor(DType.U8, List.of(2L), ByteBuffer.allocate(2));
        var specs = Map.of("a", new Fit.Spec(DType.U8, List.of(1L)));
        var refused = assertThrows(
                IllegalArgumentException.class, () -> SafeTensors.write(file, specs, name -> two, Map.of()));
        assertEquals("a: expected U8[1], got U8[2]", refused.getMessage());
        assertEquals("old", Files.readString(file));
        try (var files = Files.list(folder)) {
            assertEquals(1, files.count(), "no temporary file is left");
        }
    }

    private Path file(String header, byte[] data) throws IOException {
        return file(header, StandardCharsets.UTF_8, data);
    }

    /** A file; quotes of the header are single, for the sake of Java. */
    private Path file(String header, Charset charset, byte[] data) throws IOException {
        byte[] json = header.replace('\'', '"').getBytes(charset);
        var bytes = ByteBuffer.allocate(8 + json.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(json.length).put(json).put(data);
        return Files.write(folder.resolve("x.safetensors"), bytes.array());
    }
}
