package resnet4j;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import resnet4j.data.Skipped;
import resnet4j.files.ResultFolder;
import resnet4j.image.Image;
import resnet4j.image.ImageFile;
import resnet4j.image.LabelMap;
import resnet4j.image.Picture;
import resnet4j.report.Words;
import resnet4j.segment.Areas;
import resnet4j.segment.Palette;

/** What a {@link Segmenter} made of picture files. */
public record SegmentedFiles(int pictures, List<Areas> areas, List<Skipped> skipped) implements FileAnswers {
    /**
     * Goes through the files; those that cannot be read are skipped.
     *
     * @param maps     a folder to write label maps and overlays to, if any
     * @param progress told of every file
     * @throws IOException if maps cannot be written
     */
    public static SegmentedFiles of(Segmenter segmenter, List<Path> files, Optional<Path> maps, IntConsumer progress)
            throws IOException {
        var folder = maps.isPresent() ? new ResultFolder(maps.get()) : null;
        var card = segmenter.card();
        var areas = new ArrayList<Areas>();
        var skipped = new ArrayList<Skipped>();
        for (var file : files) {
            progress.accept(1);
            var name = file.toString();
            Image picture;
            LabelMap map;
            try {
                picture = card.preprocess().decode(Picture.of(file));
                map = segmenter.map(picture);
            } catch (IOException | IllegalArgumentException e) {
                skipped.add(new Skipped(name, e.getMessage()));
                continue;
            }
            areas.add(Areas.of(name, map, card.classNames()));
            if (folder != null) write(folder.places(file, ".png", "-overlay.png"), picture, map);
        }
        return new SegmentedFiles(areas.size(), areas, skipped);
    }

    /** The map with a palette, and its colours over the picture. */
    private static void write(List<Path> files, Image picture, LabelMap map) throws IOException {
        ImageFile.writeLabels(files.get(0), map, Palette.rgb());
        ImageFile.writePng(files.get(1), Palette.over(picture, map));
    }

    @Override
    public List<String> lines() {
        return areas.stream().map(SegmentedFiles::line).toList();
    }

    private static String line(Areas picture) {
        return Words.shown(picture.image()) + ": "
                + picture.classes().stream()
                        .sorted((a, b) -> Integer.compare(b.pixels(), a.pixels()))
                        .map(a -> String.format(Locale.ROOT, "%s %.1f %%", Words.shown(a.name()), 100 * a.share()))
                        .collect(Collectors.joining(", "));
    }
}
