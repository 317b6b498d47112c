package resnet4j.cli;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import resnet4j.config.Nearest;
import resnet4j.weights.Catalogue;
import resnet4j.weights.Fetch;

/** {@code fetch}: published weights or a data set, downloaded once and checked. */
@CommandLine.Command(
        name = "fetch",
        description = "Download published weights or a data set into the cache, or find it there.")
final class FetchCommand extends Command<FetchCommand.Fetched> {
    /** Archives that the data package reads as they are; cs.toronto.edu/~kriz/cifar.html has their MD5 sums. */
    private static final Map<String, Published> DATA = Map.of(
            "cifar10",
            new Published(
                    URI.create("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"),
                    170_052_171,
                    "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"),
            "cifar100",
            new Published(
                    URI.create("https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz"),
                    168_513_733,
                    "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec"));

    private record Published(URI url, long bytes, String sha256) {}

    @Parameters(
            paramLabel = "NAME",
            description =
                    "An id of the catalogue such as resnet50.tv_in1k_v2 ('resnet4j models' lists them), cifar10 or"
                            + " cifar100.")
    private String name;

    @Option(
            names = "--to",
            paramLabel = "FOLDER",
            description = "Where to put it (default: RESNET4J_WEIGHTS for weights, or else the cache).")
    private Path folder;

    /** @param weights what is published about weights; absent for data */
    record Fetched(String name, Path file, long bytes, Optional<Catalogue.Entry> weights) {}

    @Override
    Fetched run() throws IOException {
        try (var download = download(name)) {
            Published data = DATA.get(name);
            Path file = data == null ? weights(download) : data(data, download);
            var entry = data == null ? Optional.of(Catalogue.find(name)) : Optional.<Catalogue.Entry>empty();
            return new Fetched(name, file, Files.size(file), entry);
        }
    }

    private Path weights(Download download) throws IOException {
        if (Catalogue.all().stream().noneMatch(entry -> entry.id().equals(name))) {
            var known = new ArrayList<>(DATA.keySet());
            Catalogue.all().forEach(entry -> known.add(entry.id()));
            throw new IllegalArgumentException(
                    "NAME: expected cifar10, cifar100 or an id that 'resnet4j models' lists, got '" + name + "'."
                            + Nearest.hint(name, known));
        }
        return Fetch.weights(name, folder, download);
    }

    private Path data(Published data, Download download) throws IOException {
        Path to = folder != null ? folder : Fetch.cache(System.getenv()).resolve("data");
        String file = Path.of(data.url.getPath()).getFileName().toString();
        return Fetch.file(data.url, to.resolve(file), data.sha256, data.bytes, download);
    }

    @Override
    String text(Fetched fetched) {
        String use = fetched.weights.isPresent()
                ? "--weights " + fetched.name
                : "--data " + fetched.name + ":" + fetched.file;
        return fetched.file + ": " + (fetched.bytes >> 20) + " MiB, for " + use;
    }
}
