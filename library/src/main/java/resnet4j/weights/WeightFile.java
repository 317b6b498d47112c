package resnet4j.weights;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import resnet4j.array.HostTensor;

/**
 * What a weight file holds, whatever its format.
 *
 * @param tensors  tensors by name, in the order of the file; a file with one bare tensor names it {@code ""}
 * @param metadata what else the file says, by name: accuracies, epochs, a safetensors file's metadata
 */
public record WeightFile(Map<String, HostTensor> tensors, Map<String, String> metadata) {
    public WeightFile {
        tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    }

    /**
     * Reads safetensors and PyTorch files (zip and legacy), told apart by what they hold, not by their names, and weights
     * in several of them: an index, or the folder of one. Names are those of the file, with the path to each tensor
     * where it lies inside something ({@code state_dict.module.fc.weight}); {@link Fit} finds a network's.
     *
     * @throws IOException with the path, if the file is absent, damaged, hostile or of another kind
     */
    public static WeightFile read(Path path) throws IOException {
        return Shards.at(path) ? Shards.read(path) : MappedFile.read(path, WeightFile::read);
    }

    static WeightFile read(MappedFile file) throws IOException {
        return SafeTensors.recognises(file) ? SafeTensors.read(file) : PyTorchFile.read(file);
    }
}
