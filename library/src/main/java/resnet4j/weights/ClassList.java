package resnet4j.weights;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The names of published data sets' classes, in the order of the outputs of networks that were trained on them. Those of
 * COCO and VOC begin with the background; places of COCO's 91 that no picture has are {@code N/A}, as torchvision has
 * them.
 */
public final class ClassList {
    private static final List<String> ALL =
            List.of("imagenet-1k", "cifar-10", "coco-91", "coco-person-keypoints", "voc-21");

    private ClassList() {}

    /** The list of that name. @throws IllegalArgumentException if there is none */
    public static List<String> named(String name) {
        if (!ALL.contains(name))
            throw new IllegalArgumentException(
                    "classes: expected one of " + String.join(", ", ALL) + ", got '" + name + "'");
        try (var in = ClassList.class.getResourceAsStream("classes/" + name + ".txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
