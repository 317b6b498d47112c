package resnet4j.detect;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import resnet4j.data.Dataset;
import resnet4j.data.Things;
import resnet4j.files.Digest;
import resnet4j.image.Box;
import resnet4j.image.ImageFile;
import resnet4j.image.LabelMap;
import resnet4j.image.Picture;
import resnet4j.image.Point;

/** Picture files with the things in them, decoded when asked for. */
record ThingFiles(List<String> classes, List<Pictured> pictures) implements Dataset<Things> {
    ThingFiles {
        classes = List.copyOf(classes);
        pictures = List.copyOf(pictures);
    }

    /**
     * A picture and what is in it.
     *
     * @param width  in pixels, as the annotations say; 0 where they do not
     * @param height likewise
     */
    record Pictured(Path file, int width, int height, List<Known> things) {}

    /** A thing, whose mask is small until it is needed. */
    record Known(int label, Box box, Optional<Rle> mask, List<Point> points, boolean crowd) {
        private Things.Thing thing() {
            return new Things.Thing(
                    label, box, mask.map(m -> new LabelMap(m.width(), m.height(), m.pixels(), 0)), points, crowd);
        }
    }

    @Override
    public int size() {
        return pictures.size();
    }

    @Override
    public Picture picture(int index) {
        return Picture.of(pictures.get(index).file);
    }

    @Override
    public Things target(int index) throws IOException {
        return new Things(pictures.get(index).things.stream().map(Known::thing).toList());
    }

    @Override
    public double aspect(int index) throws IOException {
        var picture = pictures.get(index);
        return picture.width > 0 && picture.height > 0
                ? (double) picture.width / picture.height
                : ImageFile.aspect(picture.file);
    }

    @Override
    public String name(int index) {
        return pictures.get(index).file.toString();
    }

    /** Of names and sizes of pictures, and of all things. */
    @Override
    public String digest() {
        var digest = new Digest();
        classes.forEach(digest::add);
        for (var picture : pictures) {
            digest.add(picture.file.getFileName().toString()).addSize(picture.file);
            for (var thing : picture.things) {
                digest.add(thing.label).add(thing.box.toString()).add(thing.crowd ? 1 : 0);
                thing.mask.ifPresent(mask -> digest.add(mask.text()));
                digest.add(thing.points.toString());
            }
        }
        return digest.hex();
    }
}
