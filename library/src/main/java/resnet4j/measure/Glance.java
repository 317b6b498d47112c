package resnet4j.measure;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import resnet4j.data.Dataset;
import resnet4j.data.Label;
import resnet4j.data.Labelled;
import resnet4j.image.Decoding;
import resnet4j.image.Image;
import resnet4j.image.Target;
import resnet4j.report.Amounts;
import resnet4j.report.Block;
import resnet4j.report.Section;

/** What the pictures are, at a glance: how many of each class, how large, and some of them. */
final class Glance {
    private static final int LISTED = 100, SHOWN_CLASSES = 12, SHOWN_EACH = 4, LOOKED_AT = 60;

    private Glance() {}

    @SuppressWarnings("unchecked") // a source has one kind of target, and the first one is a label
    static Section of(Seen<?> seen) throws IOException {
        var parts = new LinkedHashMap<String, Dataset<?>>();
        parts.put("Training", seen.source().train());
        seen.source().val().ifPresent(part -> parts.put("Validation", part));
        seen.source().test().ifPresent(part -> parts.put("Test", part));
        var blocks = new ArrayList<Block>();
        var sizes = sizes(seen.pictures());
        boolean labelled = seen.pictures().target(0) instanceof Label;
        var note = sizes.words();
        if (labelled) {
            var counts = new LinkedHashMap<String, int[]>();
            parts.forEach((name, part) -> counts.put(name, Labelled.classCounts((Dataset<Label>) part)));
            blocks.add(table(seen.source().train().classes(), counts));
            note = balance(counts.get("Training")) + note;
            blocks.add(samples((Dataset<Label>) seen.source().train()));
        } else {
            var facts = new LinkedHashMap<String, String>();
            parts.forEach((name, part) -> facts.put(name, Amounts.pictures(part.size())));
            facts.put("Classes", Amounts.count(seen.pictures().classes().size()));
            blocks.add(new Block.Facts(facts));
        }
        return new Section("The data at a glance", note, blocks);
    }

    private static String balance(int[] counts) {
        int least = Integer.MAX_VALUE, most = 0;
        for (int count : counts) {
            least = Math.min(least, count);
            most = Math.max(most, count);
        }
        if (least == most) return "All classes have equally many training pictures. ";
        if (least == 0) return "Some classes have no training picture. ";
        return String.format(
                Locale.ROOT,
                "The largest class has %.1f times as many training pictures as the smallest. ",
                (double) most / least);
    }

    private static Block table(List<String> classes, LinkedHashMap<String, int[]> counts) {
        var columns = new ArrayList<>(List.of("Class"));
        counts.keySet().forEach(name -> columns.add("#" + name));
        columns.add("#=Of training");
        var training = counts.get("Training");
        double all = 0;
        for (int count : training) all += count;
        var rows = new ArrayList<List<String>>();
        for (int c = 0; c < Math.min(LISTED, classes.size()); c++) {
            var row = new ArrayList<>(List.of(classes.get(c)));
            for (var part : counts.values()) row.add(Amounts.count(part[c]));
            row.add(Amounts.percent1(training[c] / all));
            rows.add(row);
        }
        var total = new ArrayList<>(List.of("All"));
        for (var part : counts.values()) {
            long sum = 0;
            for (int count : part) sum += count;
            total.add(Amounts.count(sum));
        }
        total.add("");
        rows.add(total);
        return new Block.Table(
                classes.size() > LISTED ? "The first " + LISTED + " of " + classes.size() + " classes" : "",
                columns,
                rows);
    }

    /** A few of each class, of as many classes as there is room for. */
    private static Block samples(Dataset<Label> pictures) throws IOException {
        int classes = pictures.classes().size(), shown = Math.min(SHOWN_CLASSES, classes);
        var found = new TreeMap<Integer, List<Integer>>();
        for (int i = 0; i < shown; i++) found.put((int) ((long) i * classes / shown), new ArrayList<>());
        for (int i = 0; i < pictures.size(); i++) {
            var some = found.get(Labelled.label(pictures, i));
            if (some != null && some.size() < SHOWN_EACH) some.add(i);
        }
        var cards = new ArrayList<Block.Card>();
        for (var entry : found.entrySet()) {
            var name = pictures.classes().get(entry.getKey());
            var images = new ArrayList<Block.Shown>();
            for (int index : entry.getValue())
                read(pictures, index)
                        .ifPresent(image -> images.add(new Block.Shown(image, "a picture of " + name, "")));
            if (!images.isEmpty()) cards.add(new Block.Card(images, name, List.of(), ""));
        }
        return new Block.Cards(cards);
    }

    private record Sizes(int looked, int leastWidth, int mostWidth, int leastHeight, int mostHeight) {
        String words() {
            if (looked == 0) return "";
            if (leastWidth == mostWidth && leastHeight == mostHeight)
                return "Pictures are " + leastWidth + " by " + leastHeight + " pixels.";
            return "Pictures are " + leastWidth + " to " + mostWidth + " pixels wide and " + leastHeight + " to "
                    + mostHeight + " high, of " + looked + " that were looked at.";
        }
    }

    private static <T extends Target<T>> Sizes sizes(Dataset<T> pictures) {
        int looked = 0, w0 = Integer.MAX_VALUE, w1 = 0, h0 = Integer.MAX_VALUE, h1 = 0;
        var some = pictures.limit(LOOKED_AT);
        for (int i = 0; i < some.size(); i++) {
            var image = read(some, i);
            if (image.isEmpty()) continue;
            looked++;
            w0 = Math.min(w0, image.get().width());
            w1 = Math.max(w1, image.get().width());
            h0 = Math.min(h0, image.get().height());
            h1 = Math.max(h1, image.get().height());
        }
        return new Sizes(looked, w0, w1, h0, h1);
    }

    /** Absent where it cannot be read: the score says so. */
    private static Optional<Image> read(Dataset<?> pictures, int index) {
        try {
            return Optional.of(pictures.picture(index).decode(Decoding.STORED));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
