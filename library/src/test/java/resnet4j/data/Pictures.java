package resnet4j.data;

import java.io.IOException;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import resnet4j.files.Digest;
import resnet4j.image.Image;
import resnet4j.image.Picture;

/** Small pictures that can be told apart: the bytes of picture {@code i} are a function of {@code i}. */
record Pictures(int size, int classCount, int side) implements Dataset<Label> {
    @Override
    public List<String> classes() {
        return IntStream.range(0, classCount).mapToObj(i -> "class" + i).toList();
    }

    @Override
    public Label target(int index) {
        return new Label(index % classCount);
    }

    @Override
    public Picture picture(int index) {
        return how -> image(index);
    }

    Image image(int index) {
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

    int label(int index) {
        return index % classCount;
    }

    /** The same, with something done to each picture when it is read. */
    static Dataset<Label> through(Dataset<Label> of, UnaryOperator<Image> change) {
        return new Through(of, change);
    }

    private record Through(Dataset<Label> of, UnaryOperator<Image> change) implements Dataset<Label> {
        @Override
        public int size() {
            return of.size();
        }

        @Override
        public List<String> classes() {
            return of.classes();
        }

        @Override
        public Label target(int index) throws IOException {
            return of.target(index);
        }

        @Override
        public Picture picture(int index) {
            return how -> change.apply(of.picture(index).decode(how));
        }

        @Override
        public String name(int index) {
            return of.name(index);
        }

        @Override
        public String digest() {
            return of.digest();
        }
    }

    /** No two pixels near each other are equal. */
    static Image numbered(int width, int height, int number) {
        var rgb = new byte[3 * width * height];
        for (int i = 0; i < rgb.length; i++) rgb[i] = (byte) (i * 37 + number * 101 + (i >> 5));
        return new Image(width, height, rgb);
    }
}
