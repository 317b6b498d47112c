package resnet4j.measure;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import resnet4j.data.Dataset;
import resnet4j.data.Label;
import resnet4j.image.Image;
import resnet4j.image.Picture;

/** Noise with random classes, made once; an epoch of it is longer than any measurement. */
final class RandomPictures implements Dataset<Label> {
    private static final int BATCHES = 10_000;
    private final List<Image> images;
    private final List<String> classes;
    private final int batch;

    RandomPictures(int batch, int side, int classes) {
        var random = new Random(0);
        this.batch = batch;
        this.classes = IntStream.range(0, classes).mapToObj(Integer::toString).toList();
        images = IntStream.range(0, batch)
                .mapToObj(i -> {
                    var rgb = new byte[side * side * 3];
                    random.nextBytes(rgb);
                    return new Image(side, side, rgb);
                })
                .toList();
    }

    @Override
    public int size() {
        return Math.multiplyExact(batch, BATCHES);
    }

    @Override
    public List<String> classes() {
        return classes;
    }

    @Override
    public Label target(int index) {
        return new Label(index % batch * 7919 % classes.size());
    }

    @Override
    public Picture picture(int index) {
        return Picture.of(images.get(index % batch));
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
