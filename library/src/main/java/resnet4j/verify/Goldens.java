package resnet4j.verify;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import resnet4j.data.Cifar;
import resnet4j.data.DataSource;
import resnet4j.data.Dataset;
import resnet4j.data.Label;
import resnet4j.image.Preprocess;
import resnet4j.model.Models;
import resnet4j.tensor.Precision;

/** The golden cases under a folder, by the names that their publishers and {@code scripts/parity} give them. */
final class Goldens {
    private final Path folder;

    private Goldens(Path folder) {
        this.folder = folder;
    }

    /** What a folder may hold cases of. */
    static final List<String> KINDS = List.of("torchvision", "cifar10", "imagenet-60", "preprocess");

    /** The cases that need no file: the library beside itself. */
    static List<Golden> builtIn() {
        return List.of(
                new Golden.Planned("resnet18", Precision.FP32, Golden.ROUNDING),
                new Golden.Planned("resnet18", Precision.BF16, 0.05)); // 8 bits a number, through all layers
    }

    /**
     * The cases in {@code folder}; a kind of which nothing is there is a case that is skipped.
     *
     * @param seeded makes the case of a network's name and the file with its expected output
     */
    static List<Golden> in(Path folder, BiFunction<String, Path, Golden> seeded) throws IOException {
        var goldens = new Goldens(folder);
        var all = new ArrayList<Golden>();
        all.addAll(goldens.torchvision(seeded));
        all.addAll(goldens.cifar());
        all.add(goldens.imagenet());
        all.addAll(goldens.pixels());
        return all;
    }

    /** torchvision's expected outputs, in {@code torchvision-expect} or in the folder itself. */
    private List<Golden> torchvision(BiFunction<String, Path, Golden> seeded) throws IOException {
        var inner = folder.resolve("torchvision-expect");
        return cases(
                "torchvision",
                Files.isDirectory(inner) ? inner : folder,
                "ModelTester\\.test_(\\w+)_expect\\.pkl",
                (match, file) -> isNetwork(match.group(1))
                        ? seeded.apply(match.group(1), file)
                        : new Golden.Absent(match.group(1), "no such network"));
    }

    private static boolean isNetwork(String name) {
        return Models.all().stream().anyMatch(entry -> entry.name().equals(name));
    }

    /** The CIFAR networks of github.com/akamaster/pytorch_resnet_cifar10, on the first test pictures. */
    private List<Golden> cifar() throws IOException {
        var data = first(folder, "cifar-10-batches-bin", "cifar-10-binary.tar.xz", "cifar-10-binary.tar.gz");
        var pictures = data.map(CifarTest::new);
        var published = Preprocess.imagenet(); // its mean and deviation, as they trained with those
        var preprocess = Preprocess.cifar10().withNormalization(published.mean(), published.std());
        var networks = folder.resolve("cifar-resnets");
        return cases("cifar10", networks, "(resnet\\d+)_logits_first\\d+\\.npy", (match, logits) -> {
            var model = match.group(1);
            var name = model + " on cifar10";
            var weights = files(networks, Pattern.compile(model + "-\\p{XDigit}{8}\\.th"));
            if (weights.isEmpty()) return new Golden.Absent(name, "no " + model + "-*.th in " + networks);
            if (pictures.isEmpty())
                return new Golden.Absent(name, "no cifar-10-batches-bin or cifar-10-binary.tar.xz in " + folder);
            return new Golden.Published(model, "cifar10", weights.get(0), logits, pictures.get(), preprocess, 1e-4);
        });
    }

    /** SqueezeNet 1.0 on sixty photographs of ImageNet. */
    private Golden imagenet() throws IOException {
        var name = "squeezenet1_0 on imagenet-60";
        var weights = folder.resolve("squeezenet-imagenet/squeezenet1_0.pth");
        var logits = folder.resolve("squeezenet-imagenet/logits_imagenet-60.npy");
        var labels = folder.resolve("imagenet-60/labels.tsv");
        for (var file : List.of(weights, logits, labels))
            if (!Files.exists(file)) return new Golden.Absent(name, "no file " + file);
        return new Golden.Published(
                "squeezenet1_0",
                "imagenet-60",
                weights,
                logits,
                () -> DataSource.parse("list:" + labels).train(),
                Preprocess.imagenet(),
                40 * Golden.ROUNDING); // its logits reach 40
    }

    /** Photographs as Pillow resizes and crops them. */
    private List<Golden> pixels() throws IOException {
        var made = folder.resolve("preprocess-golden");
        return cases("preprocess", made, "(.+)__resize(\\d{1,5})_crop(\\d{1,5})\\.png", (match, expected) -> {
            var name = match.group(1);
            var file = first(made, name + ".jpg", name + ".JPEG", name + ".png")
                    .or(() -> first(folder.resolve("imagenet-60"), name + ".JPEG"));
            if (file.isEmpty()) return new Golden.Absent("preprocess " + name, "no photograph " + name);
            int resize = Integer.parseInt(match.group(2)), crop = Integer.parseInt(match.group(3));
            return new Golden.Pixels(name, file.get(), resize, crop, expected);
        });
    }

    private interface Maker {
        Golden make(MatchResult match, Path file) throws IOException;
    }

    /** A case for each file in {@code folder} whose name matches; one that says so where there is none. */
    private static List<Golden> cases(String kind, Path folder, String regex, Maker maker) throws IOException {
        var pattern = Pattern.compile(regex);
        var cases = new ArrayList<Golden>();
        for (var file : files(folder, pattern)) {
            var match = pattern.matcher(file.getFileName().toString());
            match.matches();
            cases.add(maker.make(match, file));
        }
        return cases.isEmpty() ? List.of(new Golden.Absent(kind, "nothing of it in " + folder)) : cases;
    }

    /** The files whose whole names match, by name. */
    private static List<Path> files(Path folder, Pattern names) throws IOException {
        if (!Files.isDirectory(folder)) return List.of();
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> names.matcher(f.getFileName().toString()).matches())
                    .sorted()
                    .toList();
        }
    }

    private static Optional<Path> first(Path folder, String... names) {
        return Stream.of(names).map(folder::resolve).filter(Files::exists).findFirst();
    }

    /** CIFAR-10's test pictures, read once however many cases want them. */
    private static final class CifarTest implements Golden.Pictures {
        private final Path source;
        private Dataset<Label> test;

        CifarTest(Path source) {
            this.source = source;
        }

        @Override
        public Dataset<Label> open() throws IOException {
            if (test == null) test = Cifar.ten(source).test().orElseThrow();
            return test;
        }
    }
}
