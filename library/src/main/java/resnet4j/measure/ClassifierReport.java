package resnet4j.measure;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import resnet4j.certainty.Answered;
import resnet4j.data.Dataset;
import resnet4j.data.Label;
import resnet4j.data.Labelled;
import resnet4j.data.Reading;
import resnet4j.eval.Evaluation;
import resnet4j.eval.Evaluation.ClassResult;
import resnet4j.eval.Interval;
import resnet4j.eval.Metrics;
import resnet4j.eval.Neighbours;
import resnet4j.eval.Outputs;
import resnet4j.eval.Ranking;
import resnet4j.eval.Views;
import resnet4j.explain.Explainer;
import resnet4j.explain.Method;
import resnet4j.explain.Overlay;
import resnet4j.graph.Inference;
import resnet4j.image.Image;
import resnet4j.image.Preprocess;
import resnet4j.inspect.InspectedPage;
import resnet4j.inspect.Inspection;
import resnet4j.model.Answer;
import resnet4j.model.ModelFile;
import resnet4j.report.Amounts;
import resnet4j.report.Block;
import resnet4j.report.ClassSections;
import resnet4j.report.Section;
import resnet4j.run.Stages;
import resnet4j.train.Recipe;

/** What a report says of a network that names one class of a picture. */
final class ClassifierReport {
    private static final int ALIKE = 3, FEW = 30;

    private final Report report;
    private final ModelFile.Opened opened;
    private final Report.Opening opening;
    private final Reading reading;
    private final Preprocess preprocess;
    private final List<String> names;
    private final Seen<Label> seen;
    private final Dataset<Label> pictures; // labelled as the network numbers its classes
    private final Explainer explainer;
    private final Map<String, Dataset<Label>> parts = new LinkedHashMap<>();
    private Optional<Outputs<Label>> training = Optional.empty(); // features of the training pictures
    private Optional<Neighbours> near = Optional.empty(); // among them

    ClassifierReport(Report report, ModelFile.Opened opened, Report.Opening opening, Reading reading)
            throws IOException {
        this.report = report;
        this.opened = opened;
        this.opening = opening;
        this.reading = reading;
        preprocess = opened.file().preprocess();
        names = opened.file().classNames();
        seen = Seen.of(report, opened.file(), Label.class);
        pictures = Scoring.known("data", seen.source().name(), seen.pictures(), opened.file());
        explainer = new Explainer(opened);
        parts.put("train", seen.source().train());
        seen.source().val().ifPresent(part -> parts.put("val", part));
        seen.source().test().ifPresent(part -> parts.put("test", part));
    }

    Report.Told told(Stages stages) throws IOException {
        var inspection = inspection();
        var views = seen.recipe().map(Recipe::views).orElse(Views.ONE);
        boolean once = inspection.isPresent() && views == Views.ONE; // of several views, features would be means too
        var rows = rows(views, once, stages);
        var outputs = rows.columns(0, names.size());
        var evaluation = evaluation(outputs);
        Optional<Inspection.Asked> asked = inspection.isEmpty()
                ? Optional.empty()
                : Optional.of(ask(inspection.get(), once ? Optional.of(rows) : Optional.empty(), stages));
        if (seen.others().isPresent())
            training = asked.map(network -> network.features().get("train"))
                    .filter(features -> !features.logits().isEmpty());
        near = training.map(Neighbours::of);
        var areas = new ArrayList<Ranking>();
        for (int c = 0; c < names.size(); c++) areas.add(Ranking.of(outputs, c).withoutCuts());
        var sections = new ArrayList<Section>();
        sections.add(ClassSections.confusion(evaluation));
        sections.add(ClassSections.classes(evaluation, areas));
        sections.add(ClassSections.curves(evaluation, c -> Ranking.of(outputs, c)));
        sections.addAll(CertaintySection.of(Answered.of(outputs), temperature()));
        var mistakes = new ArrayList<Block.Card>();
        for (var mistake : evaluation.mistakes())
            mistakes.add(card(mistake.index(), mistake.truth(), mistake.prediction(), mistake.probability()));
        sections.add(new Section("Surest mistakes", "Wrong labels show up here first. " + legend(), cards(mistakes)));
        sections.add(new Section(
                "Least sure",
                "The pictures whose likeliest class has the lowest probability. " + legend(),
                cards(leastSure(outputs))));
        if (asked.isPresent()) sections.addAll(faults(inspection.get(), asked.get(), stages));
        sections.removeIf(section -> section.blocks().isEmpty());
        return new Report.Told(evaluation, seen, seen.notes(evaluation), sections, card(evaluation));
    }

    /** Of each picture that is measured on its logits, and its features behind them if they are wanted. */
    private Outputs<Label> rows(Views views, boolean features, Stages stages) throws IOException {
        int height = preprocess.cropHeight(), width = preprocess.cropWidth();
        try (var inference = Inference.of(opening.open().net(), report.device(), report.precision(), height, width);
                var watcher = Report.watcher(stages, seen)) {
            var loader = reading.loader(pictures, preprocess, report.batch());
            var network = views.of(features ? inference::logitsAndFeatures : inference::run);
            return Outputs.of(network, loader, preprocess, report.device(), watcher::add);
        }
    }

    /** @param known {@link #rows} with features: of the pictures that need not be looked at again */
    private Inspection.Asked ask(Inspection inspection, Optional<Outputs<Label>> known, Stages stages)
            throws IOException {
        var others = new LinkedHashMap<>(parts);
        if (known.isPresent()) others.remove(seen.split());
        var asked = inspection.ask(others, opening.open(), report.model(), reading, stages);
        return known.map(rows -> rows.columns(names.size(), rows.logits().get(0).length))
                .map(features -> asked.with(seen.split(), features))
                .orElse(asked);
    }

    private double temperature() {
        return ((Answer.Classes) opened.file().answer()).calibration().temperature();
    }

    private Evaluation evaluation(Outputs<Label> outputs) {
        var metrics = new Metrics(names.size(), report.examples());
        var labels = Label.indices(outputs.targets());
        for (int i = 0; i < labels.length; i++)
            metrics.add(
                    outputs.logits().get(i), 1, names.size(), new int[] {labels[i]}, new int[] {outputs.indices()[i]});
        return metrics.evaluation(names, pictures::name, outputs.skipped());
    }

    /** The pictures themselves: what is wrong with them, and what the network makes of them. */
    private Optional<Inspection> inspection() {
        if (!report.whole() || report.examples() == 0) return Optional.empty();
        var usual = new Inspection(seen.source().name());
        return Optional.of(new Inspection(
                usual.data(),
                usual.limit(),
                usual.bits(),
                usual.likeness(),
                report.examples(),
                usual.folds(),
                report.batch(),
                usual.seed(),
                report.device(),
                report.precision()));
    }

    /** What is wrong with the pictures; all of them are looked at. */
    private List<Section> faults(Inspection inspection, Inspection.Asked asked, Stages stages) {
        var found = inspection.run(parts, Optional.of(asked), stages);
        var page = new InspectedPage(found, parts);
        var figures = new ArrayList<Block.Figure>();
        for (var share : found.twins().shares())
            figures.add(new Block.Figure(
                    "Near-duplicates " + share.of(),
                    Amounts.percent(share.share()),
                    Amounts.pictures(share.pictures()),
                    ""));
        found.labels()
                .ifPresent(labels -> figures.add(new Block.Figure(
                        "Probable label errors",
                        Amounts.percent((double) labels.probable() / labels.pictures()),
                        Amounts.pictures(labels.probable()),
                        "")));
        var sections = new ArrayList<Section>();
        sections.add(new Section(
                "What is wrong with the data",
                "Pictures that are there twice, and labels that the features of other pictures speak against."
                        + " './resnet4j inspect' says more.",
                List.of(new Block.Figures(figures), new Block.Notes(found.notes()))));
        page.twins().ifPresent(sections::add);
        page.labels().ifPresent(sections::add);
        return sections;
    }

    // ---- pictures

    private String legend() {
        return "Beside each picture: what in it speaks for the class that it was taken for (Grad-CAM; red counts most)"
                + (near.isEmpty()
                        ? "."
                        : ", and the training pictures that are most alike to the network, with their labels.");
    }

    private static List<Block> cards(List<Block.Card> cards) {
        return List.of(new Block.Cards(cards));
    }

    private List<Block.Card> leastSure(Outputs<Label> outputs) throws IOException {
        int n = outputs.logits().size();
        var top = new double[n];
        var best = new int[n];
        for (int i = 0; i < n; i++) {
            var row = outputs.logits().get(i);
            for (int c = 1; c < row.length; c++) if (row[c] > row[best[i]]) best[i] = c;
            double sum = 0;
            for (float logit : row) sum += Math.exp(logit - row[best[i]]);
            top[i] = 1 / sum;
        }
        var least = IntStream.range(0, n)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> top[i]))
                .limit(report.examples())
                .toList();
        var cards = new ArrayList<Block.Card>();
        for (int i : least)
            cards.add(card(outputs.indices()[i], outputs.targets().get(i).index(), best[i], top[i]));
        return cards;
    }

    private Block.Card card(int index, int truth, int taken, double probability) throws IOException {
        var image = preprocess.read(pictures.picture(index));
        var shown = new ArrayList<Block.Shown>();
        var is = names.get(truth);
        shown.add(new Block.Shown(image, "a picture of " + is, "picture"));
        var heat = explainer.heat(image, taken, Method.named("gradcam", Optional.empty()));
        shown.add(new Block.Shown(Overlay.of(image, heat), "where in it " + names.get(taken) + " is seen", "heat"));
        if (near.isPresent()) shown.addAll(alike(image));
        return new Block.Card(
                shown,
                names.get(taken) + " " + Amounts.percent1(probability),
                List.of(truth == taken ? "and is " + is : "is " + is),
                pictures.name(index));
    }

    private List<Block.Shown> alike(Image image) throws IOException {
        var shown = new ArrayList<Block.Shown>();
        var others = seen.others().orElseThrow();
        for (var one : near.orElseThrow().nearest(explainer.features(image), ALIKE)) {
            int index = training.orElseThrow().indices()[one.place()];
            var name = others.classes().get(Labelled.label(others, index));
            shown.add(new Block.Shown(preprocess.read(others.picture(index)), "a training picture of " + name, name));
        }
        return shown;
    }

    // ---- the card

    private Map<String, String> card(Evaluation e) {
        var card = new LinkedHashMap<String, String>();
        var weakest = e.perClass().stream()
                .filter(c -> c.support() > 0)
                .min(Comparator.comparingDouble(ClassResult::recall))
                .orElseThrow();
        card.put(
                "How good",
                "Right on " + Amounts.percent(e.top1()) + " of them (95% interval " + Amounts.percent1(e.interval())
                        + "); guessing gets " + Amounts.percent1(e.guess()) + ".");
        if (names.size() > 1)
            card.put(
                    "Weakest at",
                    weakest.name() + ": " + Amounts.count(weakest.correct()) + " of "
                            + Amounts.pictures(weakest.support()) + " found (95% interval "
                            + Amounts.percent1(Interval.ofShare(weakest.correct(), weakest.support())) + ").");
        long few = e.perClass().stream().filter(c -> c.support() < FEW).count();
        if (few > 0)
            card.put(
                    "Few pictures",
                    few + (few == 1 ? " class has" : " classes have") + " fewer than " + FEW
                            + " pictures here: what is said of " + (few == 1 ? "it" : "them") + " is vague.");
        return card;
    }
}
