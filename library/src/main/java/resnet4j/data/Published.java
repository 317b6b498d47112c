package resnet4j.data;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import resnet4j.files.Cache;
import resnet4j.files.Download;

/**
 * A data set whose archive can be downloaded, and is read as it is.
 *
 * @param sha256 of the whole archive; its publisher gives MD5 (https://www.cs.toronto.edu/~kriz/cifar.html)
 */
public record Published(URI url, long bytes, String sha256) {
    /** By the kind that names them in {@code kind:path}. */
    public static final Map<String, Published> ALL = all();

    private static Map<String, Published> all() {
        var all = new LinkedHashMap<String, Published>();
        all.put(
                "cifar10",
                new Published(
                        URI.create("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"),
                        170_052_171,
                        "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"));
        all.put(
                "cifar100",
                new Published(
                        URI.create("https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz"),
                        168_513_733,
                        "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec"));
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
        return Download.file(url, folder == null ? cached() : in(folder), sha256, bytes, progress);
    }
}
