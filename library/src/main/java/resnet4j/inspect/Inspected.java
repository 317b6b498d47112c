package resnet4j.inspect;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import resnet4j.data.Skipped;
import resnet4j.eval.Interval;
import resnet4j.report.Words;

/**
 * What is wrong with pictures themselves.
 *
 * @param data       what was looked at
 * @param model      the network whose features were asked, if any
 * @param splits     how many pictures each split has, by class, and how many of each cannot be read
 * @param twins      pictures that are there twice
 * @param labels     labels that are probably wrong; absent without a network
 * @param odd        pictures that are unlike the others in a way that can be counted
 * @param groups     groups whose pictures are in two splits or more
 * @param unreadable pictures that cannot be read, and why
 * @param notes      what to know before one learns from these pictures, a sentence each
 */
public record Inspected(
        String data,
        Optional<String> model,
        List<Split> splits,
        Twins twins,
        Optional<Labels> labels,
        List<Odd> odd,
        List<Group> groups,
        List<Skipped> unreadable,
        List<String> notes) {
    public Inspected {
        splits = List.copyOf(splits);
        odd = List.copyOf(odd);
        groups = List.copyOf(groups);
        unreadable = List.copyOf(unreadable);
        notes = List.copyOf(notes);
    }

    /** @param classes pictures of each class, in their order */
    public record Split(String name, int pictures, int unreadable, Map<String, Integer> classes) {}

    /** A picture: of a split, its place in that, its name and its class. */
    public record Place(String split, int index, String name, String label) {}

    /**
     * Pictures that are there twice.
     *
     * @param same     pairs that are equal in every pixel
     * @param pairs    all pairs
     * @param shares   for each split, and for each pair of splits such as {@code test in train}, the pictures that have a twin
     * @param disputed pairs whose labels differ
     * @param list     the most alike pairs first, between two splits before those within one
     */
    public record Twins(int same, int pairs, List<Share> shares, int disputed, List<Twin> list) {
        public Twins {
            shares = List.copyOf(shares);
            list = List.copyOf(list);
        }
    }

    /** @param share of the pictures of the split, with its interval */
    public record Share(String of, int pictures, double share, Interval interval) {}

    /**
     * Two pictures that are the same or nearly so.
     *
     * @param distance bits in which their perceptual hashes differ, of 64
     * @param likeness of their edges, up to 1
     * @param cosine   of their features, where a network was asked
     * @param by       what found them: hash, features, or both
     */
    public record Twin(
            Place first,
            Place second,
            int distance,
            double likeness,
            boolean mirrored,
            Optional<Double> cosine,
            String by) {}

    /**
     * Labels that are probably wrong.
     *
     * @param probable how many of all pictures
     * @param accuracy share of pictures whose label is the likeliest class by features of other pictures
     * @param list     the least believed first
     */
    public record Labels(int pictures, int probable, double accuracy, List<Doubted> list) {
        public Labels {
            list = List.copyOf(list);
        }
    }

    /**
     * A label that is hard to believe.
     *
     * @param probability of the label
     * @param suggested   the likeliest class
     * @param instead     its probability
     * @param probable    whether confident learning takes the label for wrong
     */
    public record Doubted(Place place, double probability, String suggested, double instead, boolean probable) {}

    /** @param what {@code flat}, {@code dark}, {@code bright}, {@code small}, {@code long}, {@code grey} @param value what was counted */
    public record Odd(Place place, String what, double value) {}

    /** @param name what the pictures have in common @param by whether the data says so, or their file names do */
    public record Group(String name, String by, int pictures, List<String> splits) {
        public Group {
            splits = List.copyOf(splits);
        }
    }

    /** For people. */
    @Override
    public String toString() {
        var lines = new ArrayList<String>();
        lines.add(Words.shown(data) + ": "
                + String.join(
                        ", ",
                        splits.stream()
                                .map(s -> s.name + " " + Words.count(s.pictures, "picture"))
                                .toList()));
        for (var note : notes) lines.add("Note: " + Words.sentence(note) + ".");
        for (var share : twins.shares)
            lines.add(String.format(
                    Locale.ROOT,
                    "  near-duplicates, %-14s %d (%.2f %%, %.2f to %.2f)",
                    share.of + ":",
                    share.pictures,
                    100 * share.share,
                    100 * share.interval.low(),
                    100 * share.interval.high()));
        for (var twin : twins.list.subList(0, Math.min(SHOWN, twins.list.size())))
            lines.add(String.format(
                    Locale.ROOT,
                    "    %s (%s) and %s (%s): likeness %.3f%s",
                    name(twin.first),
                    Words.shown(twin.first.label),
                    name(twin.second),
                    Words.shown(twin.second.label),
                    twin.likeness,
                    twin.mirrored ? ", mirrored" : ""));
        labels.ifPresent(found -> {
            lines.add(String.format(
                    Locale.ROOT,
                    "  probable label errors:          %d of %d; features of other pictures tell %.2f %%",
                    found.probable,
                    found.pictures,
                    100 * found.accuracy));
            for (var doubted : found.list.subList(0, Math.min(SHOWN, found.list.size())))
                lines.add(String.format(
                        Locale.ROOT,
                        "    %s: %s %.1f %%, %s %.1f %%",
                        name(doubted.place),
                        Words.shown(doubted.place.label),
                        100 * doubted.probability,
                        Words.shown(doubted.suggested),
                        100 * doubted.instead));
        });
        for (var group : groups.subList(0, Math.min(SHOWN, groups.size())))
            lines.add("  in " + String.join(" and ", group.splits) + ": " + Words.shown(group.name) + ", "
                    + Words.count(group.pictures, "picture") + " by " + group.by);
        for (var each : odd.subList(0, Math.min(SHOWN, odd.size())))
            lines.add(String.format(Locale.ROOT, "  %s: %s (%.4g)", each.what, name(each.place), each.value));
        for (var s : unreadable) lines.add("  unreadable " + Words.shown(s.file()) + ": " + Words.sentence(s.reason()));
        return String.join(System.lineSeparator(), lines);
    }

    private static final int SHOWN = 20;

    private static String name(Place place) {
        return Words.shown(place.name);
    }
}
