package resnet4j.weights;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import resnet4j.array.HostTensor;

/**
 * Weights in several files, as Hugging Face's libraries write large ones: {@code model-00001-of-00002.safetensors} and so
 * on, and beside them {@code model.safetensors.index.json}, whose {@code weight_map} says where each tensor is.
 */
final class Shards {
    private static final String INDEX = ".index.json";
    private static final Pattern SHARD = Pattern.compile("(.*)-(\\d{1,6})-of-(\\d{1,6})\\.(safetensors|bin|pth|pt)");
    private static final List<String> WHOLE = List.of("model.safetensors", "pytorch_model.bin");
    private static final long MAX_INDEX = 64 << 20;

    private Shards() {}

    /** Whether {@code path} is an index, or a folder that could hold one. */
    static boolean at(Path path) {
        return Files.isDirectory(path) || path.toString().endsWith(INDEX) && Files.isRegularFile(path);
    }

    static WeightFile read(Path path) throws IOException {
        return Files.isDirectory(path) ? readFolder(path) : readIndex(path);
    }

    private static WeightFile readFolder(Path folder) throws IOException {
        var indices = new ArrayList<Path>();
        var whole = new ArrayList<Path>();
        var shards = new TreeMap<String, Path>();
        try (var files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (name.endsWith(INDEX)) indices.add(file);
                else if (WHOLE.contains(name)) whole.add(file);
                else if (SHARD.matcher(name).matches()) shards.put(name, file);
            }
        }
        indices.sort((a, b) -> Boolean.compare(safe(b), safe(a))); // of two, the one without a pickle
        whole.sort((a, b) -> Boolean.compare(safe(b), safe(a)));
        if (!whole.isEmpty() && shards.isEmpty()) return WeightFile.read(whole.get(0));
        if (!indices.isEmpty()) return readIndex(indices.get(0));
        if (shards.isEmpty())
            throw new IOException(folder + ": expected a weight file, got a folder without " + WHOLE.get(0)
                    + ", an index of shards (*" + INDEX + ") or shards (*-00001-of-00002.safetensors)");
        var first = SHARD.matcher(shards.firstKey());
        first.matches();
        int count = Integer.parseInt(first.group(3));
        for (String name : shards.keySet()) {
            var other = SHARD.matcher(name);
            other.matches();
            if (!other.group(1).equals(first.group(1)) || !other.group(3).equals(first.group(3)))
                throw new IOException(folder + ": expected the shards of one file, got " + shards.firstKey() + " and "
                        + name + "; give one index (*" + INDEX + ")");
        }
        if (shards.size() != count)
            throw new IOException(folder + ": expected " + count + " shards like " + shards.firstKey() + ", got "
                    + shards.size() + "; fetch the others");
        return join(folder, new ArrayList<>(shards.values()));
    }

    private static boolean safe(Path path) {
        return path.getFileName().toString().contains("safetensors");
    }

    private static WeightFile readIndex(Path index) throws IOException {
        if (Files.size(index) > MAX_INDEX)
            throw new IOException(index + ": expected an index of at most " + (MAX_INDEX >> 20) + " MiB");
        JsonNode map;
        try {
            map = new ObjectMapper().readTree(Files.readAllBytes(index)).path("weight_map");
        } catch (JsonProcessingException e) {
            throw new IOException(index + ": expected an index of shards, got damaged JSON", e);
        }
        if (!map.isObject() || map.isEmpty())
            throw new IOException(index + ": expected an index of shards with a weight_map, there is none");
        var names = new LinkedHashSet<String>();
        for (JsonNode file : map) {
            String name = file.asText();
            if (!file.isTextual() || !isFileName(name))
                throw new IOException(index + ": expected names of files beside it, got '" + name + "'");
            names.add(name);
        }
        var files = new ArrayList<Path>();
        for (String name : names) {
            Path file = index.resolveSibling(name);
            if (!Files.exists(file))
                throw new IOException(index + ": names the shard " + name + ", which is not beside it; fetch it too");
            files.add(file);
        }
        WeightFile all = join(index, files);
        var tensors = new LinkedHashMap<String, HostTensor>(); // in the order of the index
        for (var e : map.properties()) {
            HostTensor tensor = all.tensors().get(e.getKey());
            if (tensor == null)
                throw new IOException(index + ": says that " + e.getValue().asText() + " holds " + e.getKey()
                        + ", which it does not; fetch both again");
            tensors.put(e.getKey(), tensor);
        }
        return new WeightFile(tensors, all.metadata());
    }

    private static boolean isFileName(String name) {
        try {
            return name.equals(Path.of(name).getFileName() + "") && !name.startsWith(".");
        } catch (InvalidPathException e) {
            return false;
        }
    }

    private static WeightFile join(Path source, List<Path> files) throws IOException {
        Map<String, HostTensor> tensors = new LinkedHashMap<>();
        Map<String, String> metadata = new LinkedHashMap<>();
        for (Path file : files) {
            WeightFile part = MappedFile.read(file, WeightFile::read);
            for (var e : part.tensors().entrySet())
                if (tensors.put(e.getKey(), e.getValue()) != null)
                    throw new IOException(source + ": two shards hold " + e.getKey());
            metadata.putAll(part.metadata());
        }
        return new WeightFile(tensors, metadata);
    }
}
