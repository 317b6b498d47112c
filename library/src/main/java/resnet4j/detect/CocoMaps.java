package resnet4j.detect;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import resnet4j.data.DataSource;
import resnet4j.data.Dataset;
import resnet4j.files.Digest;
import resnet4j.image.ImageFile;
import resnet4j.image.LabelMap;
import resnet4j.image.Picture;

/**
 * {@code coco:PATH} as a class for each pixel: the masks of COCO's json, painted when they are asked for. Class 0 is the
 * background. Where things overlap nobody says what a pixel is, and it does not count, as in torchvision's reference
 * training.
 */
record CocoMaps(List<String> classes, List<Painted> pictures) implements Dataset<LabelMap> {
    CocoMaps {
        classes = List.copyOf(classes);
        pictures = List.copyOf(pictures);
    }

    /** A picture, its size, and what is in it. */
    private record Painted(Path file, int width, int height, List<Masked> things) {}

    private record Masked(int label, Rle mask) {}

    /** The folders and files that {@link CocoSource#read} takes. */
    static DataSource<LabelMap> read(String path) throws IOException {
        return CocoSource.read(path, CocoMaps::of);
    }

    private static Dataset<LabelMap> of(Path file, List<String> trained) throws IOException {
        var coco = Coco.read(file, true);
        var faults = new Faults(file.toString());
        coco.skipped().forEach(faults::add);
        var background = List.of("background");
        var known = trained.isEmpty() ? trained : trained.subList(1, trained.size());
        var categories = CocoSource.Categories.of(file, coco, known);
        if (categories.names().size() >= LabelMap.IGNORED)
            throw new IOException(file + ": expected at most " + (LabelMap.IGNORED - 1) + " categories, got "
                    + categories.names().size());
        var things = new HashMap<Long, List<Masked>>();
        for (var thing : coco.things()) {
            if (thing.mask().isEmpty()) faults.add("annotation " + thing.id() + ": expected a mask to paint, got none");
            else
                things.computeIfAbsent(thing.picture(), id -> new ArrayList<>())
                        .add(new Masked(
                                1 + categories.labels().get(thing.category()),
                                thing.mask().get()));
        }
        if (things.isEmpty()) throw new IOException(file + ": expected masks (segmentation) to paint, got none");
        var pictures = new ArrayList<Painted>();
        for (var picture : coco.pictures()) {
            var place = CocoFolder.place(file, picture);
            int[] size = picture.width() > 0 && picture.height() > 0
                    ? new int[] {picture.width(), picture.height()}
                    : ImageFile.size(place);
            pictures.add(new Painted(place, size[0], size[1], things.getOrDefault(picture.id(), List.of())));
        }
        faults.say();
        var names = new ArrayList<>(background);
        names.addAll(categories.names());
        return new CocoMaps(names, pictures);
    }

    @Override
    public int size() {
        return pictures.size();
    }

    /** @throws IOException from reading it, where it has another size than the json says */
    @Override
    public Picture picture(int index) {
        var painted = pictures.get(index);
        return how -> {
            var image = ImageFile.read(painted.file, how);
            if (image.width() != painted.width || image.height() != painted.height)
                throw new IOException(painted.file + ": expected the size that its annotations say, " + painted.width
                        + "x" + painted.height + ", got " + image.width() + "x" + image.height());
            return image;
        };
    }

    @Override
    public LabelMap target(int index) throws IOException {
        var painted = pictures.get(index);
        var labels = new byte[painted.width * painted.height];
        for (var thing : painted.things) {
            if (thing.mask.width() != painted.width || thing.mask.height() != painted.height)
                throw new IOException(painted.file + ": expected masks of its size, " + painted.width + "x"
                        + painted.height + ", got " + thing.mask.width() + "x" + thing.mask.height());
            byte[] mask = thing.mask.pixels();
            for (int i = 0; i < mask.length; i++)
                if (mask[i] != 0) labels[i] = (byte) (labels[i] == 0 ? thing.label : LabelMap.IGNORED);
        }
        return new LabelMap(painted.width, painted.height, labels);
    }

    @Override
    public double aspect(int index) {
        var painted = pictures.get(index);
        return (double) painted.width() / painted.height();
    }

    @Override
    public String name(int index) {
        return pictures.get(index).file.toString();
    }

    /** Of names and sizes of pictures, and of all masks. */
    @Override
    public String digest() {
        var digest = new Digest();
        classes.forEach(digest::add);
        for (var picture : pictures) {
            digest.add(picture.file.getFileName().toString()).addSize(picture.file);
            for (var thing : picture.things) digest.add(thing.label).add(thing.mask.text());
        }
        return digest.hex();
    }
}
