package resnet4j.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A Faster R-CNN that learns drawn shapes for two steps, and then knows next to nothing. */
final class TinyDetector {
    private static final String RECIPE = """
            {"learn": "detect", "model": "fasterrcnn_resnet18_fpn", "data": "shapes:24", "validation": 0, "limit": 8,
             "epochs": 1, "batch": 4,
             "architecture": {"backbone": {"network": {"planes": [8, 8, 16, 16]}}, "channels": 32,
               "method": {"hidden": 32, "sampled": 16}, "sizes": {"min": [64], "max": 96}},
             "preprocess": {"resize": "none", "cropWidth": 0, "cropHeight": 0}}
            """;

    private TinyDetector() {}

    /** Its recipe, as a file in that folder. */
    static Path recipe(Path folder) throws IOException {
        return Files.writeString(folder.resolve("detector.json"), RECIPE);
    }
}
