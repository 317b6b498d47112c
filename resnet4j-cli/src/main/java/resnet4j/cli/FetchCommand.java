package resnet4j.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import resnet4j.config.Nearest;
import resnet4j.data.Published;
import resnet4j.weights.Catalogue;

/** {@code fetch}: published weights or a data set, downloaded once and checked. */
@CommandLine.Command(
        name = "fetch",
        description = "Download published weights or a data set into the cache, or find it there.",
        footer = {"", "Example:", "  ./resnet4j fetch resnet50.tv_in1k_v2"})
final class FetchCommand extends Command<FetchCommand.Fetched> {
    @Parameters(
            paramLabel = "NAME",
            description = "An id of the catalogue such as resnet50.tv_in1k_v2 ('resnet4j models' lists them), cifar10,"
                    + " cifar100, or one of MedMNIST's sets of pictures such as breastmnist.")
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
            Published data = Published.ALL.get(name);
            Path file = data == null ? weights(download) : data.fetch(folder, download);
            var entry = data == null ? Optional.of(Catalogue.find(name)) : Optional.<Catalogue.Entry>empty();
            return new Fetched(name, file, Files.size(file), entry);
        }
    }

    private Path weights(DownloadBar download) throws IOException {
        if (Catalogue.all().stream().noneMatch(entry -> entry.id().equals(name))) {
            var known = new ArrayList<>(Published.ALL.keySet());
            Catalogue.all().forEach(entry -> known.add(entry.id()));
            throw new IllegalArgumentException(
                    "NAME: expected cifar10, cifar100, one of MedMNIST's sets or an id that 'resnet4j models' lists, got '"
                            + name + "'." + Nearest.hint(name, known));
        }
        return Catalogue.file(name, folder, download);
    }

    @Override
    String text(Fetched fetched) {
        String use = fetched.weights.isPresent()
                ? "--weights " + fetched.name
                : "--data " + Published.ALL.get(fetched.name).kind() + ":" + fetched.file;
        return fetched.file + ": " + (fetched.bytes >> 20) + " MiB, for " + use;
    }
}
