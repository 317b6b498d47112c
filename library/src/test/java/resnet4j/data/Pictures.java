package resnet4j.data;

import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import resnet4j.image.Image;

/** Small pictures that can be told apart: the bytes of picture {@code i} are a function of {@code i}. */
record Pictures(int size, int classCount, int side) implements Dataset {
    @Override
    public List<String> classes() {
        return IntStream.range(0, classCount).mapToObj(i -> "class" + i).toList();
    }

    @Override
    public int label(int index) {
        return index % classCount;
    }

    @Override
    public Image image(int index) throws IOException {
        return numbered(side, side, index);
    }

    @Override
    public String name(int index) {
        return "picture" + index;
    }

    @Override
    public String digest() {
        return new Digest().add(size).add(classCount).add(side).hex();
    }

    /** No two pixels near each other are equal. */
    static Image numbered(int width, int height, int number) {
        var rgb = new byte[3 * width * height];
        for (int i = 0; i < rgb.length; i++) rgb[i] = (byte) (i * 37 + number * 101 + (i >> 5));
        return new Image(width, height, rgb);
    }
}
