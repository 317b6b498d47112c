package resnet4j.segment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import resnet4j.image.Image;
import resnet4j.image.ImageFile;
import resnet4j.image.LabelMap;

/**
 * How much of a picture each class covers.
 *
 * @param image   its file
 * @param classes those that occur, by their number
 */
public record Areas(String image, int width, int height, List<Area> classes) {
    /** @param share of the picture's pixels, in [0,1] */
    public record Area(String name, int pixels, double share) {}

    public static Areas of(String image, LabelMap map, List<String> names) {
        var pixels = new int[names.size()];
        for (byte label : map.labels()) pixels[label & 255]++;
        var areas = new ArrayList<Area>();
        for (int c = 0; c < pixels.length; c++)
            if (pixels[c] > 0) areas.add(new Area(names.get(c), pixels[c], pixels[c] / (double) map.labels().length));
        return new Areas(image, map.width(), map.height(), areas);
    }

    /** Maps and overlays as files of a folder: {@code NAME.png} with a palette, {@code NAME-overlay.png}. */
    public static final class Folder {
        private final Path folder;
        private final Set<String> taken = new HashSet<>();

        /** @throws IOException if it cannot be made */
        public Folder(Path folder) throws IOException {
            this.folder = Files.createDirectories(folder);
        }

        /** Writes both, named after the picture's file; a name that is taken gets a number. */
        public void write(Path file, Image picture, LabelMap map) throws IOException {
            var base = file.getFileName().toString().replaceFirst("\\.[^.]*$", "");
            var name = base;
            for (int n = 2; !taken.add(name); n++) name = base + "-" + n;
            ImageFile.writeLabels(folder.resolve(name + ".png"), map, Palette.rgb());
            ImageFile.writePng(folder.resolve(name + "-overlay.png"), Palette.over(picture, map));
        }
    }
}
