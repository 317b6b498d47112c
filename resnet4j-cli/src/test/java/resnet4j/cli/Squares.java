package resnet4j.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import resnet4j.image.Image;
import resnet4j.image.ImageFile;

/** A folder of pictures of 8x8: a red, green or blue square in grey noise, in train/ and val/. */
final class Squares {
    /** Trains a ResNet of six weight layers on them, in milliseconds a step. */
    static final String RECIPE = """
            {"model": "resnet20", "architecture": {"depths": [1, 1], "planes": [4, 8], "stochasticDepth": 0.3},
             "preprocess": {"cropWidth": 8, "cropHeight": 8}, "batch": 4, "precision": "fp32", "seed": 7,
             "augment": [{"type": "flip", "p": 0.5}], "ema": 0.9,
             "optimizer": {"type": "sgd", "lr": 0.05, "momentum": 0.9}}
            """;

    private Squares() {}

    static Path write(Path folder, int perClass) throws IOException {
        for (var split : new String[] {"train", "val"})
            for (int label = 0; label < 3; label++) {
                var into = Files.createDirectories(
                        folder.resolve(split).resolve(new String[] {"red", "green", "blue"}[label]));
                for (int i = 0; i < (split.equals("train") ? perClass : 4); i++)
                    ImageFile.writePng(
                            into.resolve(i + ".png"), picture(label, split.hashCode() + 31L * (3 * i + label)));
            }
        return folder;
    }

    static Image picture(int label, long seed) {
        var random = new SplittableRandom(seed);
        var rgb = new byte[3 * 8 * 8];
        for (int i = 0; i < rgb.length; i++) rgb[i] = (byte) (90 + random.nextInt(60));
        int top = random.nextInt(4), left = random.nextInt(4);
        for (int y = top; y < top + 4; y++)
            for (int x = left; x < left + 4; x++) rgb[3 * (8 * y + x) + label] = (byte) 220;
        return new Image(8, 8, rgb);
    }
}
