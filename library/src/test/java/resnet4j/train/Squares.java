package resnet4j.train;

import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import resnet4j.data.DataSource;
import resnet4j.data.Dataset;
import resnet4j.data.Label;
import resnet4j.image.Image;
import resnet4j.image.Picture;

/**
 * A red, green or blue square somewhere in grey noise: picture {@code i} is a function of {@code seed} and {@code i}, and
 * its class is {@code i % 3}.
 */
public record Squares(long seed, int size, int side) implements Dataset<Label> {
    /** Pictures of 8x8 to train with and 30 others to test with. */
    public static DataSource<Label> source(int size) {
        return new DataSource<>(
                "squares", new Squares(1, size, 8), Optional.empty(), Optional.of(new Squares(2, 30, 8)));
    }

    @Override
    public List<String> classes() {
        return List.of("red", "green", "blue");
    }

    @Override
    public Label target(int index) {
        return new Label(index % 3);
    }

    @Override
    public Picture picture(int index) {
        return how -> image(index);
    }

    Image image(int index) {
        var random = new SplittableRandom(seed * 1_000_003 + index);
        var rgb = new byte[3 * side * side];
        for (int i = 0; i < rgb.length; i++) rgb[i] = (byte) (90 + random.nextInt(60));
        int half = side / 2, top = random.nextInt(half), left = random.nextInt(half);
        for (int y = top; y < top + half; y++)
            for (int x = left; x < left + half; x++) rgb[3 * (y * side + x) + index % 3] = (byte) 220;
        return new Image(side, side, rgb);
    }

    @Override
    public String name(int index) {
        return "square" + index;
    }

    @Override
    public String digest() {
        return "squares " + seed + " " + size + " " + side;
    }
}
