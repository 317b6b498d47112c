package resnet4j.inspect;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What to know before one learns from pictures. */
final class Notes {
    private static final int FEW = 20;
    private static final double UNBALANCED = 10;

    private Notes() {}

    static List<String> of(List<Inspected.Split> splits, Inspected.Twins twins, List<Inspected.Group> groups) {
        var notes = new ArrayList<String>();
        var training = splits.get(0).classes();
        var most = training.entrySet().stream()
                .max((a, b) -> a.getValue() - b.getValue())
                .orElseThrow();
        var least = training.entrySet().stream()
                .min((a, b) -> a.getValue() - b.getValue())
                .orElseThrow();
        if (most.getValue() >= UNBALANCED * Math.max(1, least.getValue()))
            notes.add(String.format(
                    Locale.ROOT,
                    "classes are out of balance: %s has %d pictures, %s has %d; weigh them (classBalance) and look at each"
                            + " class's own numbers",
                    most.getKey(),
                    most.getValue(),
                    least.getKey(),
                    least.getValue()));
        var few = training.entrySet().stream().filter(c -> c.getValue() < FEW).toList();
        if (!few.isEmpty())
            notes.add(few.size() + " classes have fewer than " + FEW + " training pictures, such as "
                    + few.get(0).getKey() + " with " + few.get(0).getValue());
        for (var share : twins.shares())
            if (share.of().contains(" in ") && share.pictures() > 0)
                notes.add(String.format(
                        Locale.ROOT,
                        "%d pictures of %s have a near-duplicate: what is measured on them is partly remembered",
                        share.pictures(),
                        share.of()));
        if (twins.disputed() > 0)
            notes.add(twins.disputed()
                    + " near-duplicate pairs have two labels, of which one is wrong or the class is not"
                    + " to be seen");
        if (!groups.isEmpty())
            notes.add(groups.size() + " groups of pictures are in two splits, such as "
                    + groups.get(0).name() + "; keep each in one (column group of a list)");
        int unreadable = splits.stream().mapToInt(Inspected.Split::unreadable).sum();
        if (unreadable > 0) notes.add(unreadable + " pictures cannot be read");
        return notes;
    }
}
