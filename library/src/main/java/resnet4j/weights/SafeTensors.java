package resnet4j.weights;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.ByteArrayOutputStream;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import resnet4j.array.DType;
import resnet4j.array.HostTensor;
import resnet4j.files.AtomicFile;

/**
 * The safetensors format: the length of a JSON header (8 bytes, little-endian), the header, and the tensors it places,
 * side by side. Specified at <a href="https://github.com/huggingface/safetensors">huggingface/safetensors</a>.
 */
public final class SafeTensors {
    private static final String METADATA = "__metadata__";
    private static final long MAX_HEADER = 100_000_000; // as the reference implementation
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            // a file's names are its own: no table of them for the life of the JVM
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();

    private SafeTensors() {}

    /**
     * Reads a file; its tensors are slices of the mapped file.
     *
     * @throws IOException with the path, if the file breaks a rule of the format: header size, JSON, duplicate names,
     *     types, sizes, and tensors that leave the file, overlap or leave holes
     */
    public static WeightFile read(Path path) throws IOException {
        return MappedFile.read(path, SafeTensors::read);
    }

    /** Whether the file begins like a safetensors file: a sane length, then a JSON object. */
    static boolean recognises(MappedFile file) throws IOException {
        if (file.size < 9) return false;
        ByteBuffer start = file.slice(0, 9);
        return start.getLong(0) >= 2 && start.getLong(0) <= MAX_HEADER && start.get(8) == '{';
    }

    static WeightFile read(MappedFile file) throws IOException {
        if (file.size < 8) throw new Malformed("expected a safetensors file of 8 bytes or more, got " + file.size);
        long headerBytes = file.slice(0, 8).getLong();
        if (headerBytes < 2 || headerBytes > MAX_HEADER)
            throw new Malformed("expected a safetensors header of 2 to " + MAX_HEADER + " bytes, got "
                    + Long.toUnsignedString(headerBytes));
        ByteBuffer header = file.slice(8, headerBytes);
        if (header.get(0) != '{') throw new Malformed("expected the safetensors header to begin with '{'");

        var entries = new LinkedHashMap<String, Entry>();
        var metadata = new LinkedHashMap<String, String>();
        try (JsonParser json = JSON.createParser(
                new InputStreamReader(new ByteBufferInput(header), StandardCharsets.UTF_8.newDecoder()))) {
            readHeader(json, new Budget(file.size), entries, metadata);
        } catch (JsonProcessingException e) {
            throw new Malformed("the safetensors header is not valid JSON: " + e.getOriginalMessage());
        } catch (CharacterCodingException | CharConversionException e) {
            throw new Malformed("the safetensors header is not valid UTF-8");
        }

        long start = 8 + headerBytes;
        checkPlaces(entries, file.size - start);
        var tensors = new LinkedHashMap<String, HostTensor>();
        for (var e : entries.entrySet()) {
            Entry entry = e.getValue();
            tensors.put(
                    e.getKey(),
                    new HostTensor(entry.dtype, entry.shape, file.slice(start + entry.begin, entry.end - entry.begin)));
        }
        return new WeightFile(tensors, metadata);
    }

    /** One tensor of the header: its bytes are {@code begin} to {@code end} of what follows the header. */
    private record Entry(DType dtype, List<Long> shape, long begin, long end) {}

    private static void readHeader(
            JsonParser json, Budget budget, Map<String, Entry> entries, Map<String, String> metadata)
            throws IOException {
        expect(json, json.nextToken(), JsonToken.START_OBJECT, "an object");
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String name = json.currentName();
            budget.take(12 * Budget.OBJECT + 4L * name.length());
            if (name.equals(METADATA)) readMetadata(json, budget, metadata);
            else entries.put(name, readEntry(json, budget, name));
        }
        if (json.nextToken() != null) throw new Malformed("expected nothing after the JSON object of the header");
    }

    private static void readMetadata(JsonParser json, Budget budget, Map<String, String> metadata) throws IOException {
        expect(json, json.nextToken(), JsonToken.START_OBJECT, "an object");
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String key = json.currentName();
            expect(json, json.nextToken(), JsonToken.VALUE_STRING, "a string");
            String value = json.getText();
            budget.take(4 * Budget.OBJECT + 2L * (key.length() + value.length()));
            metadata.put(key, value);
        }
    }

    private static Entry readEntry(JsonParser json, Budget budget, String name) throws IOException {
        expect(json, json.nextToken(), JsonToken.START_OBJECT, "an object");
        DType dtype = null;
        List<Long> shape = null;
        List<Long> offsets = null;
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String field = json.currentName();
            json.nextToken();
            switch (field) {
                case "dtype" -> dtype = dtype(json, name);
                case "shape" -> shape = sizes(json, budget);
                case "data_offsets" -> offsets = sizes(json, budget);
                default -> throw new Malformed(name + ": expected dtype, shape and data_offsets, got " + field);
            }
        }
        if (dtype == null || shape == null || offsets == null || offsets.size() != 2)
            throw new Malformed(name + ": expected dtype, shape and two data_offsets");
        long begin = offsets.get(0);
        long end = offsets.get(1);
        long bytes = Sizes.bytes(dtype, shape);
        if (end - begin != bytes)
            throw new Malformed(
                    name + ": expected " + bytes + " bytes for " + dtype + shape + ", got data_offsets " + offsets);
        return new Entry(dtype, shape, begin, end);
    }

    private static DType dtype(JsonParser json, String name) throws IOException {
        expect(json, json.currentToken(), JsonToken.VALUE_STRING, "a string");
        String text = json.getText();
        for (DType dtype : DType.values()) if (dtype.name().equals(text)) return dtype;
        throw new Malformed(name + ": expected a dtype of " + Arrays.toString(DType.values()) + ", got " + text);
    }

    private static List<Long> sizes(JsonParser json, Budget budget) throws IOException {
        expect(json, json.currentToken(), JsonToken.START_ARRAY, "an array");
        var sizes = new ArrayList<Long>(4);
        while (json.nextToken() != JsonToken.END_ARRAY) {
            expect(json, json.currentToken(), JsonToken.VALUE_NUMBER_INT, "a whole number");
            budget.take(Budget.OBJECT);
            long size = json.getLongValue();
            if (size < 0) throw new Malformed("expected sizes and offsets >= 0 in the header, got " + size);
            sizes.add(size);
        }
        return List.copyOf(sizes);
    }

    private static void expect(JsonParser json, JsonToken got, JsonToken wanted, String what) throws IOException {
        if (got != wanted)
            throw new Malformed("expected " + what + " at character "
                    + json.currentTokenLocation().getCharOffset() + " of the safetensors header");
    }

    /** Tensors fill the data from its first byte to its last, with no hole and no overlap. */
    private static void checkPlaces(Map<String, Entry> entries, long dataBytes) throws Malformed {
        var byPlace = new ArrayList<>(entries.entrySet());
        byPlace.sort(Comparator.<Map.Entry<String, Entry>>comparingLong(e -> e.getValue().begin)
                .thenComparingLong(e -> e.getValue().end));
        long end = 0;
        for (var e : byPlace) {
            long begin = e.getValue().begin;
            if (begin != end)
                throw new Malformed(e.getKey() + ": begins at byte " + begin + " of the data, expected " + end
                        + "; tensors " + (begin < end ? "overlap" : "leave a hole"));
            end = e.getValue().end;
        }
        if (end != dataBytes)
            throw new Malformed("the header places " + end + " bytes of tensors, but " + dataBytes
                    + " follow it; the file is " + (end > dataBytes ? "truncated" : "longer than it says"));
    }

    /**
     * Writes a file, wholly or not at all. The header keeps the order of {@code tensors}; the data lies with the
     * largest elements first, so that every tensor is aligned to its element size.
     */
    public static void write(Path path, Map<String, HostTensor> tensors, Map<String, String> metadata)
            throws IOException {
        var specs = new LinkedHashMap<String, Fit.Spec>();
        tensors.forEach((name, tensor) -> specs.put(name, Fit.Spec.of(tensor)));
        write(path, specs, tensors::get, metadata);
    }

    /**
     * The same with one tensor after the other in Java memory.
     *
     * @param specs types and shapes, by name
     * @param read  gives the tensor of a name in {@code specs}; each is asked for once
     * @throws IllegalArgumentException if it gives another type or shape; the old file stays then
     */
    public static void write(
            Path path, Map<String, Fit.Spec> specs, Function<String, HostTensor> read, Map<String, String> metadata)
            throws IOException {
        if (specs.containsKey(METADATA))
            throw new IllegalArgumentException("tensors: expected names other than " + METADATA);
        var placed = new ArrayList<>(specs.keySet());
        placed.sort(Comparator.comparingInt(name -> -specs.get(name).dtype().bytes));
        var begins = new LinkedHashMap<String, Long>();
        long end = 0;
        for (var name : placed) {
            begins.put(name, end);
            end += specs.get(name).bytes();
        }
        byte[] header = header(specs, metadata, begins);
        AtomicFile.write(path, out -> {
            var start = ByteBuffer.allocate(8 + header.length).order(ByteOrder.LITTLE_ENDIAN);
            writeFully(out, start.putLong(header.length).put(header).flip());
            for (var name : placed) {
                var tensor = read.apply(name);
                if (!Fit.Spec.of(tensor).equals(specs.get(name)))
                    throw new IllegalArgumentException(
                            name + ": expected " + specs.get(name) + ", got " + Fit.Spec.of(tensor));
                writeFully(out, tensor.data());
            }
        });
    }

    private static byte[] header(Map<String, Fit.Spec> specs, Map<String, String> metadata, Map<String, Long> begins)
            throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                json.writeObjectFieldStart(METADATA);
                for (var e : metadata.entrySet()) json.writeStringField(e.getKey(), e.getValue());
                json.writeEndObject();
            }
            for (var e : specs.entrySet()) {
                var spec = e.getValue();
                long begin = begins.get(e.getKey());
                json.writeObjectFieldStart(e.getKey());
                json.writeStringField("dtype", spec.dtype().name());
                json.writeFieldName("shape");
                json.writeArray(
                        spec.shape().stream().mapToLong(n -> n).toArray(),
                        0,
                        spec.shape().size());
                json.writeFieldName("data_offsets");
                json.writeArray(new long[] {begin, begin + spec.bytes()}, 0, 2);
                json.writeEndObject();
            }
            json.writeEndObject();
        }
        while (bytes.size() % 8 != 0) bytes.write(' '); // the format allows it, so that the data is aligned
        return bytes.toByteArray();
    }

    private static void writeFully(WritableByteChannel out, ByteBuffer data) throws IOException {
        while (data.hasRemaining()) out.write(data);
    }

    private static final class ByteBufferInput extends InputStream {
        private final ByteBuffer data;

        ByteBufferInput(ByteBuffer data) {
            this.data = data;
        }

        @Override
        public int read() {
            return data.hasRemaining() ? data.get() & 0xff : -1;
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            if (!data.hasRemaining()) return -1;
            int n = Math.min(length, data.remaining());
            data.get(into, offset, n);
            return n;
        }
    }
}
