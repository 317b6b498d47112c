package resnet4j.detect;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import resnet4j.image.Box;

/** Annotations that are passed over, said when a source is read. */
final class Faults {
    private static final System.Logger LOG = System.getLogger("resnet4j.detect");
    private static final int SHOWN = 5;

    private final String source;
    private final List<String> sentences = new ArrayList<>();

    Faults(String source) {
        this.source = source;
    }

    void add(String sentence) {
        sentences.add(sentence);
    }

    /** A box cut to its picture, of any size where that is 0; empty, and said, where nothing of it is left. */
    Optional<Box> box(String which, double x1, double y1, double x2, double y2, int width, int height) {
        if (!(x1 < x2 && y1 < y2)) {
            add(which + ": expected a box with an area, got " + x1 + ", " + y1 + " to " + x2 + ", " + y2);
            return Optional.empty();
        }
        double left = Math.max(0, x1), top = Math.max(0, y1);
        double right = width == 0 ? x2 : Math.min(width, x2), bottom = height == 0 ? y2 : Math.min(height, y2);
        if (left < right && top < bottom) return Optional.of(new Box(left, top, right, bottom));
        add(which + ": the box " + x1 + ", " + y1 + " to " + x2 + ", " + y2 + " is outside its picture of " + width
                + "x" + height);
        return Optional.empty();
    }

    /** Says the first of them, and how many there are. */
    void say() {
        for (var sentence : sentences.subList(0, Math.min(SHOWN, sentences.size())))
            LOG.log(Level.WARNING, "{0}: skipped {1}", source, sentence);
        if (sentences.size() > SHOWN)
            LOG.log(Level.WARNING, "{0}: skipped {1} annotations in all", source, sentences.size());
    }
}
