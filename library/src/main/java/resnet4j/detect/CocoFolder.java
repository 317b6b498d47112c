package resnet4j.detect;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Where COCO's annotations and their pictures lie. */
final class CocoFolder {
    private CocoFolder() {}

    /** The file itself, or the one {@code instances_*.json} of a folder or of its {@code annotations}. */
    static Path annotations(Path data) throws IOException {
        if (Files.notExists(data))
            throw new IOException(data + ": expected COCO's annotations, or their folder; there is no such file");
        if (!Files.isDirectory(data)) return data;
        for (var folder : List.of(data, data.resolve("annotations"))) {
            if (!Files.isDirectory(folder)) continue;
            try (var files = Files.newDirectoryStream(folder, "instances_*.json")) {
                Path found = null;
                for (var file : files) {
                    if (found != null)
                        throw new IOException(folder + ": expected one instances_*.json, got " + found.getFileName()
                                + " and " + file.getFileName() + "; name the file");
                    found = file;
                }
                if (found != null) return found;
            }
        }
        throw new IOException(data + ": expected annotations called instances_*.json, got none");
    }

    /** The file of a picture: in the folder of its split beside the annotations, or where its name leads from there. */
    static Path picture(Path annotations, Coco.Picture picture) throws IOException {
        var file = place(annotations, picture);
        if (Files.isRegularFile(file)) return file;
        throw new IOException(annotations + ": image " + picture.id() + ": expected the file " + picture.file() + " in "
                + split(annotations) + "/ or beside the annotations, got none");
    }

    /** The same, or where it would be beside the annotations if it is nowhere. */
    static Path place(Path annotations, Coco.Picture picture) {
        var home = annotations.toAbsolutePath().getParent();
        var split = split(annotations);
        for (var root : List.of(home, home.resolve("..")))
            for (var folder : List.of(split, split + "/images", ".", "images", "images/" + split)) {
                var file = root.resolve(folder).resolve(picture.file()).normalize();
                if (Files.isRegularFile(file)) return file;
            }
        return home.resolve(picture.file());
    }

    private static String split(Path annotations) {
        return annotations.getFileName().toString().replaceAll("^.*_|\\.json$", "");
    }
}
