package resnet4j.weights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Writes every {@code .pth} of a folder again, as {@code NAME.java.pth} and {@code NAME.java.safetensors}, for
 * scripts/parity/rewritten_files.py to check.
 */
final class Rewrite {
    private Rewrite() {}

    public static void main(String[] args) throws IOException {
        List<Path> files;
        try (var all = Files.list(Path.of(args[0]))) {
            files = all.filter(file -> file.toString().matches(".*(?<!\\.java)\\.pth"))
                    .sorted()
                    .toList();
        }
        for (Path file : files) {
            long start = System.nanoTime();
            WeightFile read = WeightFile.read(file);
            long nanos = System.nanoTime() - start;
            String name = file.toString().replaceFirst("\\.pth$", ".java");
            PyTorchFile.write(Path.of(name + ".pth"), read.tensors());
            SafeTensors.write(
                    Path.of(name + ".safetensors"),
                    read.tensors(),
                    Map.of("source", file.getFileName().toString()));
            System.out.printf(
                    "%s: %d tensors, %,d bytes, read in %d ms%n",
                    file.getFileName(), read.tensors().size(), Files.size(file), nanos / 1_000_000);
        }
    }
}
