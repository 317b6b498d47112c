package resnet4j.inspect;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import resnet4j.data.Dataset;
import resnet4j.data.Label;
import resnet4j.image.Decoding;
import resnet4j.image.Image;
import resnet4j.inspect.Inspected.Place;
import resnet4j.report.Block;
import resnet4j.report.Page;
import resnet4j.report.Section;

/** What is wrong with pictures, as a page or as sections of one. */
public final class InspectedPage {
    private static final int CARDS = 40, ROWS = 200;

    private final Inspected inspected;
    private final Map<String, Dataset<Label>> pictures;

    /** @param pictures that were inspected, by split: {@link Inspection#pictures} */
    public InspectedPage(Inspected inspected, Map<String, Dataset<Label>> pictures) {
        this.inspected = inspected;
        this.pictures = pictures;
    }

    public Page page() {
        var sections = new ArrayList<Section>();
        sections.add(overview());
        sections.addAll(sections());
        int all =
                inspected.splits().stream().mapToInt(Inspected.Split::pictures).sum();
        return new Page(
                "Inspection of data",
                inspected.data(),
                all + " pictures of " + inspected.splits().get(0).classes().size() + " classes"
                        + inspected
                                .model()
                                .map(model -> ", by the features of " + model)
                                .orElse(""),
                sections);
    }

    private Section overview() {
        var figures = new ArrayList<Block.Figure>();
        for (var share : inspected.twins().shares())
            figures.add(new Block.Figure(
                    "Near-duplicates " + share.of(),
                    String.format(Locale.ROOT, "%.2f %%", 100 * share.share()),
                    share.pictures() + " pictures",
                    ""));
        inspected
                .labels()
                .ifPresent(labels -> figures.add(new Block.Figure(
                        "Probable label errors",
                        String.format(Locale.ROOT, "%.2f %%", 100.0 * labels.probable() / labels.pictures()),
                        labels.probable() + " of " + labels.pictures(),
                        "")));
        figures.add(new Block.Figure(
                "Unreadable", Integer.toString(inspected.unreadable().size()), "pictures", ""));
        return Section.of(new Block.Figures(figures), new Block.Notes(inspected.notes()));
    }

    /** Each finding under a heading of its own; those without a finding are left out. */
    public List<Section> sections() {
        var sections = new ArrayList<Section>();
        sections.add(classes());
        twins().ifPresent(sections::add);
        labels().ifPresent(sections::add);
        if (!inspected.odd().isEmpty()) sections.add(odd());
        if (!inspected.groups().isEmpty()) sections.add(groups());
        if (!inspected.unreadable().isEmpty()) sections.add(unreadable());
        return sections;
    }

    /** Pictures that are there twice, if any are. */
    public Optional<Section> twins() {
        var twins = inspected.twins().list();
        return twins.isEmpty()
                ? Optional.empty()
                : Optional.of(new Section(
                        "Near-duplicates",
                        "Pairs between two splits come before those within one, the most alike first. Likeness is the"
                                + " correlation of the pictures' edges.",
                        List.of(new Block.Cards(
                                twins.stream().limit(CARDS).map(this::card).toList()))));
    }

    /** Labels that are hard to believe, if a network was asked. */
    public Optional<Section> labels() {
        return inspected
                .labels()
                .map(labels -> new Section(
                        "Labels that are hard to believe",
                        "The least believed first. Each picture was judged by the features of others, in parts by"
                                + " cross-validation.",
                        List.of(new Block.Cards(labels.list().stream()
                                .limit(CARDS)
                                .map(this::card)
                                .toList()))));
    }

    private Section groups() {
        return new Section(
                "Groups in two splits",
                "What is learned of one of a group is partly known of the others.",
                List.of(),
                List.of("group", "#pictures", "splits", "known by"),
                inspected.groups().stream()
                        .limit(ROWS)
                        .map(g -> List.of(
                                g.name(), Integer.toString(g.pictures()), String.join(", ", g.splits()), g.by()))
                        .toList());
    }

    private Section unreadable() {
        return new Section(
                "Unreadable",
                "",
                List.of(),
                List.of("file", "reason"),
                inspected.unreadable().stream()
                        .limit(ROWS)
                        .map(s -> List.of(s.file(), s.reason()))
                        .toList());
    }

    private Section classes() {
        var columns = new ArrayList<>(List.of("class"));
        var rows = new LinkedHashMap<String, List<String>>();
        for (var split : inspected.splits()) {
            columns.add("#" + split.name());
            split.classes().forEach((name, n) -> rows.computeIfAbsent(name, key -> new ArrayList<>(List.of(key)))
                    .add(Integer.toString(n)));
        }
        return new Section(
                "Classes",
                "",
                List.of(),
                columns,
                rows.values().stream().limit(ROWS).toList());
    }

    private Section odd() {
        return new Section(
                "Odd pictures",
                "Flat: hardly any contrast. Dark, bright: nearly black or white. Small, long: a sixteenth of the usual area,"
                        + " four times as long as usual. Grey: without colour where nearly all have some.",
                List.of(new Block.Cards(inspected.odd().stream()
                        .limit(CARDS)
                        .map(o -> new Block.Card(
                                List.of(shown(o.place(), "")),
                                o.what(),
                                List.of(String.format(Locale.ROOT, "%.4g", o.value())),
                                source(o.place())))
                        .toList())));
    }

    private Block.Card card(Inspected.Twin twin) {
        return new Block.Card(
                List.of(
                        shown(twin.first(), twin.first().label()),
                        shown(twin.second(), twin.second().label())),
                String.format(Locale.ROOT, "Likeness %.3f", twin.likeness()) + (twin.mirrored() ? ", mirrored" : ""),
                twin.first().label().equals(twin.second().label()) ? List.of() : List.of("Labels differ."),
                source(twin.first()) + " and " + source(twin.second()));
    }

    private Block.Card card(Inspected.Doubted doubted) {
        return new Block.Card(
                List.of(shown(doubted.place(), "")),
                doubted.place().label() + "?",
                List.of(String.format(
                        Locale.ROOT,
                        "%s %.1f %%, label %.1f %%",
                        doubted.suggested(),
                        100 * doubted.instead(),
                        100 * doubted.probability())),
                source(doubted.place()));
    }

    private static String source(Place place) {
        return place.split() + ": " + place.name();
    }

    private Block.Shown shown(Place place, String caption) {
        return new Block.Shown(image(place), "A picture labelled " + place.label(), caption);
    }

    private Image image(Place place) {
        try {
            return pictures.get(place.split()).picture(place.index()).decode(Decoding.UPRIGHT);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
