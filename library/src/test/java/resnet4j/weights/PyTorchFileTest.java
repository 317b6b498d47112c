package resnet4j.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import resnet4j.array.DType;
import resnet4j.array.HostTensor;

class PyTorchFileTest {
    @TempDir
    Path folder;

    static Stream<SmallFiles.Case> small() {
        return SmallFiles.all().stream();
    }

    @ParameterizedTest
    @MethodSource("small")
    void read_givesWhatPythonSees(SmallFiles.Case small) throws IOException {
        WeightFile read = WeightFile.read(file(small.file()));
        Fit fit = Fit.to(small.specs(), read.tensors());
        assertEquals(small.tensors(), SmallFiles.describe(fit.tensors()));
        if (read.tensors().keySet().equals(small.tensors().keySet()))
            assertEquals(
                    new ArrayList<>(small.tensors().keySet()),
                    new ArrayList<>(read.tensors().keySet()),
                    "the order of the file");
    }

    @ParameterizedTest
    @CsvSource({
        "'averaged beside the model, zip', model_ema.module., model.",
        "'teacher and student, zip', teacher.backbone., student.backbone.",
        "'queries and keys, zip', state_dict.module.encoder_q., state_dict.module.encoder_k.",
        "'another network beside it, legacy', net., ",
        "'Lightning''s, with a loss of its own, legacy', state_dict.model., ",
    })
    void fit_saysWhichWereTaken(String name, String taken, String others) throws IOException {
        var small = SmallFiles.all().stream()
                .filter(c -> c.name().equals(name))
                .findFirst()
                .orElseThrow();
        var fit = Fit.to(
                small.specs(), WeightFile.read(file(SmallFiles.file(name))).tensors());
        assertEquals(taken, fit.prefix());
        assertEquals(others == null ? List.of() : List.of(others), fit.others());
    }

    @Test
    void read_givesScalarsAsMetadata() throws IOException {
        WeightFile read = WeightFile.read(file(SmallFiles.file("numbers and strings, zip")));
        assertEquals(
                Map.of("big", "1099511627776", "huge", "1208925819614629174706176", "f", "0.1", "s", "é"),
                read.metadata());
    }

    @Test
    void write_keepsEveryTensor() throws IOException {
        var tensors = new LinkedHashMap<String, HostTensor>();
        for (var small : SmallFiles.all())
            WeightFile.read(file(small.file())).tensors().forEach((name, t) -> tensors.put(small + "/" + name, t));
        Path written = folder.resolve("written.pth");
        PyTorchFile.write(written, tensors);
        Map<String, HostTensor> again = PyTorchFile.read(written).tensors();
        assertEquals(SmallFiles.describe(tensors), SmallFiles.describe(again));
        assertEquals(new ArrayList<>(tensors.keySet()), new ArrayList<>(again.keySet()));

        byte[] first = Files.readAllBytes(written);
        PyTorchFile.write(written, again);
        assertArrayEquals(first, Files.readAllBytes(written), "the same tensors give the same bytes");
        try (var files = Files.list(folder)) {
            assertEquals(2, files.count(), "nothing is left beside the file");
        }
    }

    @Test
    void write_alignsTensorsTo64Bytes() throws IOException {
        var tensors = new LinkedHashMap<String, HostTensor>();
        for (int i = 1; i < 4; i++)
            tensors.put(
                    "t" + i, new HostTensor(DType.U8, List.of(5L), ByteBuffer.wrap(new byte[] {9, 9, 9, 9, (byte) i})));
        Path written = folder.resolve("written.pth");
        PyTorchFile.write(written, tensors);
        String bytes = Files.readString(written, StandardCharsets.ISO_8859_1);
        for (int i = 1; i < 4; i++) assertEquals(0, bytes.indexOf("\t\t\t\t" + (char) i) % 64);
    }

    // --- what is refused: each is one sentence that begins with the path

    /** Pickles by hand, in the words of pickletools; \n ends a line. */
    @ParameterizedTest
    @CsvSource({
        // what pickle.dumps(object with __reduce__ = (os.system, ('id',)), protocol=2) gives
        "'cposix\nsystem\nX\u0002\0\0\0id\u0085R.', call os.system",
        "'cos\nsystem\n(X\u0002\0\0\0idtR.', call os.system",
        "'U\u0001acsubprocess\nPopen\n.', call subprocess.Popen",
        "'}U\u0001acos\nsystem\nX\u0002\0\0\0id\u0085Rs.', call os.system",
        "'c__builtin__\neval\n(X\u0002\0\0\0idtR.', call builtins.eval",
        "'cbuiltins\ngetattr\n.', call builtins.getattr",
        "'X\u0002\0\0\0osX\u0006\0\0\0system\u0093.', call os.system",
        "'ctorchvision.models.resnet\nResNet\n)\u0081.', call torchvision.models.resnet.ResNet",
        "'ctorch\nComplexFloatStorage\n.', 'BOOL], got torch.ComplexFloatStorage'",
        "'ctorch._utils\n_rebuild_sparse_tensor\n.', expected dense tensors",
        "'ctorch._utils\n_rebuild_tensor_v2 \n.', call torch._utils._rebuild_tensor_v2 ",
        "'(iposix\nsystem\n.', INST",
        "'(o.', OBJ",
        "'P1\n.', PERSID",
        "'\u0082\u0001.', EXT1",
        "'\u00ff.', opcode 0xff",
        "'ccollections\nOrderedDict\nK\u0001R.', expected a tuple of arguments",
        "'ccollections\nOrderedDict\n)R(K\u0001tb.', ",
        "'K\u0001K\u0002a.', appends to an integer",
        "'}K\u0001s.', takes more than it gave",
        "'}))s.', ",
        "'(.', takes more than it gave",
        "'h\u0007.', recalls entry 7",
        "'X\u00ff\u00ff\u00ff\u007fab.', ends in the middle",
        "'}', ends in the middle",
        "'K\u0001.', expected tensors",
        "']\u0094(h\0h\0e.', nested at most",
        "'ctorch._utils\n_rebuild_tensor_v2\n)R.', arguments",
    })
    void read_refusesPicklesByName(String pickle, String reason) throws IOException {
        byte[] bytes = ("\u0080\u0002" + pickle).getBytes(StandardCharsets.ISO_8859_1);
        if (reason == null) {
            PyTorchFile.read(file(zip(bytes)));
            return;
        }
        refuses(zip(bytes), reason);
        assertThrows(IOException.class, () -> WeightFile.read(file(bytes)), "as a bare pickle");
    }

    @Test
    void read_refusesWhatIsNoWeightFile() throws IOException {
        refuses(new byte[0], "the file is empty");
        refuses(new byte[] {0}, "unknown content");
        refuses("<!DOCTYPE html><html>".getBytes(StandardCharsets.US_ASCII), "a web page");
        refuses("version https://git-lfs.github.com/spec/v1\n".getBytes(StandardCharsets.US_ASCII), "Git LFS pointer");
        refuses(new byte[] {(byte) 0x89, 'H', 'D', 'F', 13, 10}, "HDF5");
        refuses("PK\3\4 and no more".getBytes(StandardCharsets.US_ASCII), "truncated");
        refuses(zipOf("other/file.txt", new byte[3]), "without data.pkl");
        var absent = assertThrows(IOException.class, () -> WeightFile.read(folder.resolve("absent.pth")));
        assertTrue(absent.getMessage().endsWith("absent.pth: no such file; expected a weight file"));
        assertThrows(IOException.class, () -> WeightFile.read(folder));
    }

    @ParameterizedTest
    @CsvSource({"'state dict of a module, zip'", "'state dict of a module, legacy'", "'F32, safetensors'", "deflated"})
    void read_refusesEveryTruncation(String name) throws IOException {
        byte[] whole = SmallFiles.file(name);
        for (int length = 1; length < whole.length; length++) {
            var file = new MappedFile(Arrays.copyOf(whole, length));
            assertThrows(IOException.class, () -> WeightFile.read(file), "length " + length);
        }
        refuses(Arrays.copyOf(whole, whole.length / 2), "");
    }

    /** Bombs: a few bytes that ask for gigabytes of memory, or for ages. */
    static Stream<Arguments> bombs() throws IOException {
        var doubled = new StringBuilder("\u0080\u0002]q\0"); // lists that hold the last one twice: 2^60 leaves
        for (int i = 1; i < 60; i++) doubled.append("](h" + (char) (i - 1) + "h" + (char) (i - 1) + "eq" + (char) i);
        String tensor = "ctorch._utils\n_rebuild_tensor_v2\n((X\7\0\0\0storagectorch\nByteStorage\n"
                + "X\1\0\0\0000X\3\0\0\0cpuK\1tQK\0(%sK\1t(K\0K\0t\u0089NtR";
        var zeros = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(zeros)) {
            zip.putNextEntry(new ZipEntry("archive/data.pkl"));
            for (int i = 0; i < 64; i++) zip.write(new byte[1 << 20]);
        }
        var records = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(records)) {
            for (int i = 0; i < 60_000; i++) zip.putNextEntry(new ZipEntry(Integer.toString(i, 36)));
        }
        int many = 1 << 20;
        return Stream.of(
                arguments("nested lists", zip(doubled + "."), "bomb"),
                arguments("lists", zip("]".repeat(many) + "."), "bomb"),
                arguments("marks", zip("(".repeat(many) + "."), "bomb"),
                arguments("copies", zip("K\1" + "2".repeat(many) + "."), "bomb"),
                arguments("dictionaries", zip("}".repeat(many) + "."), "bomb"),
                arguments("empty strings", zip("U\0".repeat(many) + "."), "bomb"),
                arguments("memo", zip("N" + "\u0094".repeat(many) + "."), "bomb"),
                arguments("tuples", zip("N" + "\u0085".repeat(many) + "."), "bomb"),
                arguments("huge bytes", zip("}\u0096\0\0\0\0\0\0\0\u007f."), "ends in the middle"),
                arguments("expanded", zip(tensor.formatted("J\0\0\0\u0040") + "."), "bomb"),
                arguments("tensors", zip("](" + tensor.formatted("K\1") + "q\0" + "h\0".repeat(many) + "e."), "bomb"),
                arguments("deflated zeros", zeros.toByteArray(), "bomb"),
                arguments("records", records.toByteArray(), "bomb"),
                arguments("a cycle", zip("}q\0X\5\0\0\0model}q\1X\5\0\0\0modelh\0ss."), "nested at most"),
                arguments("a list in itself", zip("]q\0h\0a."), "nested at most"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bombs")
    void read_refusesBombs(String name, byte[] bomb, String reason) throws IOException {
        refuses(bomb, reason);
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        var file = new MappedFile(bomb);
        long before = threads.getCurrentThreadAllocatedBytes();
        long start = System.nanoTime();
        assertThrows(IOException.class, () -> WeightFile.read(file));
        double seconds = (System.nanoTime() - start) / 1e9;
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated <= 4L * bomb.length + (16 << 20), allocated + " bytes for " + bomb.length);
        assertTrue(seconds < 1, seconds + " s");
    }

    /** A name of 100,000 prefixes is a name, not 100,000 calls. */
    @Test
    void read_dropsAFewPrefixes() throws IOException {
        String name = "module.".repeat(100_000) + "t";
        Path path = folder.resolve("prefixes.pth");
        PyTorchFile.write(path, Map.of(name, new HostTensor(DType.U8, List.of(1L), ByteBuffer.allocate(1))));
        assertEquals(1, PyTorchFile.read(path).tensors().size());
    }

    @Test
    void read_refusesPicklesOfProtocol0() throws IOException {
        refuses(latin1("cos\nsystem\n(S'id'\ntR."), "call os.system");
        refuses(latin1("(cposix\nsystem\nS'id'\no."), "call os.system");
    }

    @Test
    void read_refusesTwoTensorsOfOneName() throws IOException {
        String tensor = "ctorch._utils\n_rebuild_tensor_v2\n((X\7\0\0\0storagectorch\nByteStorage\n"
                + "X\1\0\0\0000X\3\0\0\0cpuK\1tQK\0(K\1t(K\1t\u0089NtR";
        refuses(zip("}(X\1\0\0\0001" + tensor + "K\1" + tensor + "u."), "two tensors called 1");
    }

    /** As any other program would make it, by the umask. */
    @Test
    void write_leavesAFileThatOthersMayRead() throws IOException {
        Path written = folder.resolve("written.pth");
        PyTorchFile.write(written, Map.of());
        Path plain = Files.createFile(folder.resolve("plain"));
        if (Files.getFileStore(folder).supportsFileAttributeView("posix"))
            assertEquals(Files.getPosixFilePermissions(plain), Files.getPosixFilePermissions(written));
    }

    private void refuses(byte[] bytes, String reason) throws IOException {
        Path path = file(bytes);
        var e = assertThrows(IOException.class, () -> WeightFile.read(path));
        assertTrue(e.getMessage().startsWith(path + ": "), e.getMessage());
        assertTrue(e.getMessage().contains(reason), e.getMessage());
    }

    private Path file(byte[] bytes) throws IOException {
        Path path = folder.resolve("small.bin"); // no extension that could help
        return Files.write(path, bytes);
    }

    private static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** An archive with a pickle of protocol 2. */
    private static byte[] zip(String pickle) throws IOException {
        return zip(latin1("\u0080\u0002" + pickle));
    }

    private static byte[] zip(byte[] pickle) throws IOException {
        return zipOf("archive/data.pkl", pickle);
    }

    /** An archive with one record, and one of a byte that a storage may name. */
    private static byte[] zipOf(String name, byte[] content) throws IOException {
        var out = new ByteArrayOutputStream();
        var zip = new StoredZip(out);
        zip.add(name, ByteBuffer.wrap(content));
        zip.add("archive/data/0", ByteBuffer.wrap(new byte[1]));
        zip.finish();
        return out.toByteArray();
    }
}
