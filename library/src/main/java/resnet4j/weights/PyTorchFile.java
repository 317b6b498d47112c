package resnet4j.weights;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import resnet4j.array.HostTensor;
import resnet4j.files.AtomicFile;

/**
 * PyTorch's files ({@code .pth}, {@code .pt}, {@code .th}, {@code .pkl}): a pickle that describes tensors, and the
 * bytes of their storages. Since PyTorch 1.6 these are records of a zip archive; before, they follow each other.
 *
 * <p>Reading needs no Python and runs nothing: {@link Pickle} and {@link TorchObjects} know what a file may name.
 */
public final class PyTorchFile {
    private static final BigInteger LEGACY_MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
    private static final long LEGACY_PROTOCOL = 1001;

    private PyTorchFile() {}

    /**
     * Reads a file of {@code torch.save}: a tensor, which is then called {@code ""}, or tensors in dictionaries and
     * lists, named by their keys and places ({@code aux.0}). Checkpoints are unwrapped ({@code state_dict_ema},
     * {@code model_ema}, {@code state_dict}, {@code model_state_dict}, {@code model}), prefixes that all names share
     * ({@code module.}, {@code _orig_mod.}) dropped, and scalars given as metadata. Tensors are slices of the mapped
     * file, or copies where they are strided or big-endian.
     *
     * @throws IOException with the path, if the file is absent, damaged, of another kind, or holds anything else
     */
    public static WeightFile read(Path path) throws IOException {
        return MappedFile.read(path, PyTorchFile::read);
    }

    static WeightFile read(MappedFile file) throws IOException {
        if (ZipRecords.recognises(file)) return readZip(file);
        if (OtherFormats.isPickle(file)) return readLegacy(file);
        throw new Malformed("expected a PyTorch or safetensors file, got " + OtherFormats.describe(file));
    }

    private static WeightFile readZip(MappedFile file) throws IOException {
        var budget = new Budget(file.size);
        var records = new ZipRecords(file, budget);
        String folder = folder(records);
        ByteOrder order = ByteOrder.LITTLE_ENDIAN;
        if (records.names().contains(folder + "byteorder")) {
            String name = StandardCharsets.UTF_8
                    .decode(records.record(folder + "byteorder"))
                    .toString();
            if (name.equals("big")) order = ByteOrder.BIG_ENDIAN;
            else if (!name.equals("little")) throw new Malformed("byteorder: expected little or big, got " + name);
        }
        ByteOrder byteOrder = order;
        var objects = new TorchObjects(budget);
        Object saved = Pickle.read(records.record(folder + "data.pkl"), objects, budget);
        return StateDict.of(
                saved,
                (storage, offset, length) -> {
                    String record = folder + "data/" + storage.key();
                    if (records.bytes(record) != storage.bytes())
                        throw new Malformed("record " + record + ": expected " + storage.bytes() + " bytes, got "
                                + records.bytes(record));
                    return records.slice(record, offset, length).order(byteOrder);
                },
                budget);
    }

    /** The folder that holds the records, with its slash; archives are named by whoever wrote them. */
    private static String folder(ZipRecords records) throws Malformed {
        for (String name : records.names()) {
            if (!name.equals("data.pkl") && !name.endsWith("/data.pkl")) continue;
            String folder = name.substring(0, name.length() - "data.pkl".length());
            if (records.names().contains(folder + "constants.pkl"))
                throw new Malformed("expected weights, got a TorchScript program; save them in Python with"
                        + " torch.save(torch.jit.load(file).state_dict(), other)");
            return folder;
        }
        throw new Malformed("expected a PyTorch archive, got a zip archive without data.pkl");
    }

    /** Five pickles (magic number, version, machine, saved object, storage keys), then the storages. */
    private static WeightFile readLegacy(MappedFile file) throws IOException {
        var budget = new Budget(file.size);
        var objects = new TorchObjects(budget);
        ByteBuffer in = file.slice(0, Math.min(file.size, Integer.MAX_VALUE));
        Object magic = Pickle.read(in, objects, budget);
        if (!LEGACY_MAGIC.equals(magic))
            throw new Malformed("expected a file of torch.save, got a pickle of " + Pickle.kind(magic));
        Object protocol = Pickle.read(in, objects, budget);
        if (!Long.valueOf(LEGACY_PROTOCOL).equals(protocol))
            throw new Malformed("expected PyTorch's legacy format 1001, got another version");
        Pickle.read(in, objects, budget); // about the machine; the data is little-endian whatever it says
        Object saved = Pickle.read(in, objects, budget);
        List<?> keys = Pickle.as(List.class, Pickle.read(in, objects, budget), "a list of storage keys");

        Map<Storage, Long> starts = new HashMap<>();
        long at = in.position();
        for (Object key : keys) {
            Storage storage = objects.storages().get(Pickle.as(String.class, key, "a storage key"));
            if (storage == null) throw new Malformed("the file lists a storage that no tensor names; it is damaged");
            long elements = file.slice(at, 8).getLong();
            int elementBytes = storage.dtype() == null ? 1 : storage.dtype().bytes;
            if (Sizes.times(elements, elementBytes) != storage.bytes())
                throw new Malformed("storage " + storage.key() + ": expected " + storage.bytes() / elementBytes
                        + " elements, got " + elements);
            budget.take(2 * Budget.OBJECT);
            starts.put(storage, at + 8);
            at += 8 + storage.bytes();
            if (at > file.size || at < 0)
                throw new Malformed("expected " + at + " bytes or more, but the file ends at " + file.size
                        + "; it is truncated: fetch it again");
        }
        return StateDict.of(
                saved,
                (storage, offset, length) -> {
                    Long start = starts.get(storage);
                    if (start == null)
                        throw new Malformed("storage " + storage.key() + " is missing; the file is damaged");
                    return file.slice(start + offset, length);
                },
                budget);
    }

    /**
     * Writes a state dict that {@code torch.load(file, weights_only=True)} reads, in the zip format, wholly or not at
     * all. The same tensors always give the same bytes.
     */
    public static void write(Path path, Map<String, HostTensor> tensors) throws IOException {
        byte[] pickle = PickleWriter.stateDict(tensors);
        AtomicFile.write(path, channel -> {
            var zip = new StoredZip(Channels.newOutputStream(channel));
            zip.add("archive/data.pkl", ByteBuffer.wrap(pickle));
            zip.add("archive/byteorder", ByteBuffer.wrap("little".getBytes(StandardCharsets.US_ASCII)));
            int storage = 0;
            for (HostTensor tensor : tensors.values()) zip.add("archive/data/" + storage++, tensor.data());
            zip.add("archive/version", ByteBuffer.wrap("3\n".getBytes(StandardCharsets.US_ASCII)));
            zip.finish();
        });
    }
}
