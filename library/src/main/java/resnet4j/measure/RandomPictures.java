package resnet4j.measure;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import resnet4j.data.DataSource;
import resnet4j.data.Dataset;
import resnet4j.data.Label;
import resnet4j.image.Image;
import resnet4j.image.LabelMap;
import resnet4j.image.Picture;
import resnet4j.image.Target;

/** Noise with random targets, made once; an epoch of it is longer than any measurement. */
final class RandomPictures<T extends Target<T>> implements Dataset<T> {
    private static final int BATCHES = 10_000;
    private final List<Image> images;
    private final List<T> targets;
    private final List<String> classes;

    private RandomPictures(int batch, int side, int classes, IntFunction<T> target) {
        var random = new Random(0);
        int n = Math.max(2, batch); // a training refuses pictures that are all alike
        targets = IntStream.range(0, n).mapToObj(target).toList();
        this.classes = IntStream.range(0, classes).mapToObj(Integer::toString).toList();
        images = IntStream.range(0, n)
                .mapToObj(i -> {
                    var rgb = new byte[side * side * 3];
                    random.nextBytes(rgb);
                    return new Image(side, side, rgb);
                })
                .toList();
    }

    /** With a class each. */
    static RandomPictures<Label> labelled(int batch, int side, int classes) {
        return new RandomPictures<>(batch, side, classes, i -> new Label(i * 7919 % classes));
    }

    /** With a class for each pixel. */
    static RandomPictures<LabelMap> mapped(int batch, int side, int classes) {
        var random = new Random(1);
        return new RandomPictures<>(batch, side, classes, i -> {
            var labels = new byte[side * side];
            for (int p = 0; p < labels.length; p++) labels[p] = (byte) random.nextInt(classes);
            return new LabelMap(side, side, labels);
        });
    }

    static <T extends Target<T>> DataSource<T> source(Dataset<T> pictures) {
        return new DataSource<>("random", pictures, Optional.empty(), Optional.empty());
    }

    @Override
    public int size() {
        return Math.multiplyExact(images.size(), BATCHES);
    }

    @Override
    public List<String> classes() {
        return classes;
    }

    @Override
    public T target(int index) {
        return targets.get(index % images.size());
    }

    @Override
    public Picture picture(int index) {
        return Picture.of(images.get(index % images.size()));
    }

    @Override
    public String name(int index) {
        return "random#" + index;
    }

    @Override
    public String digest() {
        return "random";
    }
}
