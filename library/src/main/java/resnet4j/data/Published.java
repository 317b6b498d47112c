package resnet4j.data;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import resnet4j.files.Cache;
import resnet4j.files.Download;

/**
 * A data set whose archive can be downloaded, and is read as it is.
 *
 * @param kind  that reads it, in {@code kind:path}
 * @param bytes -1 if unknown
 * @param sum   of the whole archive: SHA-256, or {@code md5:} and MD5. CIFAR's publisher gives MD5 too
 *              (https://www.cs.toronto.edu/~kriz/cifar.html)
 */
public record Published(String kind, URI url, long bytes, String sum) {
    /** MedMNIST v2's sets of pictures (28x28), and their MD5 as its authors give them. Yang et al. 2023, arXiv:2110.14795. */
    private static final Map<String, String> MEDMNIST = new TreeMap<>(Map.ofEntries(
            Map.entry("pathmnist", "a8b06965200029087d5bd730944a56c1"),
            Map.entry("chestmnist", "02c8a6516a18b556561a56cbdd36c4a8"),
            Map.entry("dermamnist", "0744692d530f8e62ec473284d019b0c7"),
            Map.entry("octmnist", "c68d92d5b585d8d81f7112f81e2d0842"),
            Map.entry("pneumoniamnist", "28209eda62fecd6e6a2d98b1501bb15f"),
            Map.entry("retinamnist", "bd4c0672f1bba3e3a89f0e4e876791e4"),
            Map.entry("breastmnist", "750601b1f35ba3300ea97c75c52ff8f6"),
            Map.entry("bloodmnist", "7053d0359d879ad8a5505303e11de1dc"),
            Map.entry("tissuemnist", "ebe78ee8b05294063de985d821c1c34b"),
            Map.entry("organamnist", "866b832ed4eeba67bfb9edee1d5544e6"),
            Map.entry("organcmnist", "0afa5834fb105f7705a7d93372119a21"),
            Map.entry("organsmnist", "e5c39f1af030238290b9557d9503af9d")));

    /** By name. */
    public static final Map<String, Published> ALL = all();

    private static Map<String, Published> all() {
        var all = new LinkedHashMap<String, Published>();
        all.put(
                "cifar10",
                new Published(
                        "cifar10",
                        URI.create("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"),
                        170_052_171,
                        "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"));
        all.put(
                "cifar100",
                new Published(
                        "cifar10",
                        URI.create("https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz"),
                        168_513_733,
                        "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec"));
        MEDMNIST.forEach((name, md5) -> all.put(
                name,
                new Published(
                        "npz",
                        URI.create("https://zenodo.org/record/6496656/files/" + name + ".npz?download=1"),
                        -1,
                        "md5:" + md5)));
        return Collections.unmodifiableMap(all);
    }

    /** Where the archive lies in the cache. */
    public Path cached() {
        return in(Cache.folder(System.getenv()).resolve("data"));
    }

    private Path in(Path folder) {
        return folder.resolve(Path.of(url.getPath()).getFileName().toString());
    }

    /**
     * The archive, downloaded if it is not there.
     *
     * @param folder where it lies; null for the cache
     */
    public Path fetch(Path folder, Download.Progress progress) throws IOException {
        return Download.file(url, folder == null ? cached() : in(folder), sum, bytes, progress);
    }
}
