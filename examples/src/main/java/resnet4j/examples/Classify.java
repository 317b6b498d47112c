package resnet4j.examples;

import java.nio.file.Path;
import resnet4j.Classifier;

/** Says what a picture shows: {@code Classify MODEL PICTURE}. */
public final class Classify {
    private Classify() {}

    public static void main(String... args) throws Exception {
        try (var net = Classifier.load(Path.of(args[0]))) { // a saved model, a run's folder or an ONNX file
            for (var guess : net.classify(Path.of(args[1]), 3))
                System.out.printf("%s %.1f %%%n", guess.label(), 100 * guess.probability());
        }
    }
}
