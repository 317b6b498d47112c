package resnet4j.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;

/** Names for the logits of networks whose weights do not name them. */
final class ClassNames {
    private ClassNames() {}

    private static final List<String> CIFAR10 =
            List.of("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");

    /** ImageNet's 1,000 in their usual order, CIFAR-10's, or numbers. */
    static List<String> of(int classes, int inputSize) {
        if (classes == 1000) return imagenet();
        if (classes == 10 && inputSize == 32) return CIFAR10;
        return IntStream.range(0, classes).mapToObj(Integer::toString).toList();
    }

    private static List<String> imagenet() {
        try (var in = ClassNames.class.getResourceAsStream("imagenet-1k.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
