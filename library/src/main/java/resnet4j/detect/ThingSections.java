package resnet4j.detect;

import java.awt.Color;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import resnet4j.data.Dataset;
import resnet4j.data.Things;
import resnet4j.detect.Drawing.Mark;
import resnet4j.image.Box;
import resnet4j.image.Step;
import resnet4j.model.ModelFile;
import resnet4j.report.Block;
import resnet4j.report.Block.Card;
import resnet4j.report.Block.Shown;
import resnet4j.report.Chart;
import resnet4j.report.Section;
import resnet4j.tensor.Device;
import resnet4j.tensor.Precision;

/** What a report says of a detector: its classes, sizes of things, what kinds of error it makes, and pictures of them. */
public final class ThingSections {
    /** Pictures that are looked at again for curves, errors and pictures; more would take as long as the measurement. */
    private static final int LOOKED_AT = 400;

    private static final int SHOWN = 12, CURVES = 10, BATCH = 8;
    private static final int LEAST_SIDE = 240; // of a shown picture, so that words can be read
    private static final int AROUND = 4, LEAST_VIEW = 64; // pixels of the picture that are shown, at least
    private static final Color WRONG = new Color(0xFF922B), TRUE = new Color(0x74C0FC);

    private ThingSections() {}

    /**
     * The sections of a score.
     *
     * @param model    that was measured; it looks again at some of the pictures
     * @param pictures that it was measured on
     */
    public static List<Section> of(ModelFile.Opened model, Dataset<Things> pictures, ThingScore score, Device device)
            throws IOException {
        var some = pictures.limit(LOOKED_AT);
        var net = (DetectionNet) model.net();
        Measure.Seen seen;
        try (var finder = Finder.of(net, device, Precision.FP32)) {
            boolean masks = net.config.detail() == Method.Detail.MASKS;
            seen = Measure.seen(
                    Measure.looking(finder, Optional.empty(), net.limits()),
                    masks,
                    Measure.loader(model.file(), some, BATCH),
                    n -> {});
        }
        var errors = ErrorKinds.of(seen.truth(), seen.found(), Overlap.BBOX);
        var of = some.size() < pictures.size() ? "Of " + some.size() + " of the pictures, evenly spaced. " : "";
        var shown = new Pages(model, some);
        return List.of(
                classes(score, curves(errors, some.classes())),
                sizes(score),
                kinds(errors, of),
                shown.mistakes(errors, of),
                shown.missed(errors, of));
    }

    private static Section classes(ThingScore score, Chart curves) {
        var rows = score.classes().stream()
                .map(c -> List.of(c.name(), number(c.ap()), number(c.ap50()), number(c.ar())))
                .toList();
        return new Section(
                "Classes",
                "Average precision over overlaps from .50 to .95, at .50 alone, and the share of things found. The curves"
                        + " are at an overlap of .50.",
                List.of(curves),
                List.of("Class", "#AP", "#AP50", "#Recall"),
                rows);
    }

    private static Chart curves(ErrorKinds errors, List<String> classes) {
        var series = new ArrayList<Chart.Series>();
        for (var entry : errors.curves().entrySet()) {
            if (series.size() == CURVES) break;
            double[] precision = entry.getValue();
            series.add(new Chart.Series(
                    classes.get((int) (entry.getKey() - 1)),
                    Chart.Mark.LINE,
                    IntStream.range(0, precision.length)
                            .filter(i -> precision[i] > 0)
                            .mapToObj(i -> new Chart.Point(i / 100.0, precision[i]))
                            .toList()));
        }
        return new Chart(
                "Precision by recall",
                Chart.Axis.of("things found").inPercent(),
                Chart.Axis.of("of what is found, right").inPercent(),
                series);
    }

    private static Section sizes(ThingScore score) {
        var rows = new ArrayList<List<String>>();
        for (var size : List.of("small", "medium", "large")) {
            var row = new ArrayList<>(
                    List.of(size, cell(score.boxes(), "AP_" + size), cell(score.boxes(), "AR_" + size)));
            if (!score.masks().isEmpty()) {
                row.add(cell(score.masks(), "AP_" + size));
                row.add(cell(score.masks(), "AR_" + size));
            }
            rows.add(row);
        }
        var columns = new ArrayList<>(List.of("Size", "#AP of boxes", "#Recall of boxes"));
        if (!score.masks().isEmpty()) columns.addAll(List.of("#AP of masks", "#Recall of masks"));
        return new Section(
                "Sizes of things",
                "Small is less than 32x32 pixels of the picture, large more than 96x96. Nothing stands where there are none.",
                List.of(),
                columns,
                rows);
    }

    private static String cell(Map<String, Double> numbers, String name) {
        return number(numbers.getOrDefault(name, -1.0));
    }

    private static Section kinds(ErrorKinds errors, String of) {
        var rows = errors.kinds().stream()
                .map(k -> List.of(
                        k.kind().words,
                        String.valueOf(k.count()),
                        String.format(Locale.ROOT, "%.1f", 100 * k.gain()),
                        k.kind().meaning))
                .toList();
        return new Section(
                "Kinds of error",
                of + "AP at .50 is " + String.format(Locale.ROOT, "%.1f %%", 100 * Math.max(0, errors.ap50()))
                        + "; the third column has the points that it would rise by without the errors of a kind (TIDE,"
                        + " arXiv:2008.08115). Most of what is found is very unsure, so that many errors may cost"
                        + " little.",
                List.of(),
                List.of("Kind", "#Number", "#Costs", "What it is"),
                rows);
    }

    private static String number(double value) {
        return value < 0 ? "" : String.format(Locale.ROOT, "%.4f", value);
    }

    /** What is shown of a picture: {@link #AROUND} times as much each way as the boxes take, or all of it. */
    static Step.Crop view(int width, int height, List<Box> boxes) {
        double x1 = boxes.stream().mapToDouble(Box::x1).min().orElseThrow();
        double y1 = boxes.stream().mapToDouble(Box::y1).min().orElseThrow();
        double x2 = boxes.stream().mapToDouble(Box::x2).max().orElseThrow();
        double y2 = boxes.stream().mapToDouble(Box::y2).max().orElseThrow();
        int side = (int) Math.max(LEAST_VIEW, AROUND * Math.max(x2 - x1, y2 - y1));
        int w = Math.min(side, width), h = Math.min(side, height);
        int x = (int) Math.max(0, Math.min(width - w, (x1 + x2 - w) / 2));
        int y = (int) Math.max(0, Math.min(height - h, (y1 + y2 - h) / 2));
        return new Step.Crop(x, y, w, h);
    }

    /** Pictures with boxes. */
    private record Pages(ModelFile.Opened model, Dataset<Things> data) {
        Section mistakes(ErrorKinds errors, String of) throws IOException {
            var cards = new ArrayList<Card>();
            for (var wrong : errors.wrong().stream().limit(SHOWN).toList()) {
                var found = wrong.found();
                var name = name(found.category());
                var marks = new ArrayList<Mark>();
                marks.add(mark(found.box(), name + " " + String.format(Locale.ROOT, "%.2f", found.score()), WRONG));
                if (wrong.instead() != null)
                    marks.add(mark(wrong.instead().box(), name(wrong.instead().category()), TRUE));
                var heading = String.format(Locale.ROOT, "%s, %.1f %% sure", name, 100 * found.score());
                cards.add(card(found.picture(), marks, heading, wrong.kind().words));
            }
            return new Section(
                    "Surest mistakes",
                    of
                            + "Orange is what was found, blue what is there, with what is around them. Look at the truth too: it may be wrong.",
                    List.of(new Block.Cards(cards)));
        }

        Section missed(ErrorKinds errors, String of) throws IOException {
            var cards = new ArrayList<Card>();
            for (var thing : errors.missed().stream().limit(SHOWN).toList())
                cards.add(card(
                        thing.picture(),
                        List.of(mark(thing.box(), name(thing.category()), TRUE)),
                        name(thing.category()),
                        "missed"));
            return new Section(
                    "Missed things",
                    of + "Nothing that was found lies near these, right or wrong.",
                    List.of(new Block.Cards(cards)));
        }

        private String name(long category) {
            return data.classes().get((int) category - 1);
        }

        /** @param box x, y, width and height in the picture's pixels */
        private static Mark mark(double[] box, String words, Color colour) {
            double right = box[0] + Math.max(box[2], 1e-3), bottom = box[1] + Math.max(box[3], 1e-3);
            return new Mark(new Box(box[0], box[1], right, bottom), words, colour);
        }

        private Card card(long id, List<Mark> marks, String heading, String line) throws IOException {
            int index = (int) id - 1;
            var picture = model.file().preprocess().decode(data.picture(index));
            var view = view(
                    picture.width(),
                    picture.height(),
                    marks.stream().map(Mark::box).toList());
            int scale = Math.max(1, LEAST_SIDE / Math.max(view.width(), view.height()));
            var drawn = Drawing.of(
                    Drawing.larger(view.on(picture), scale),
                    marks.stream()
                            .flatMap(m -> m.in(view).stream())
                            .map(m -> m.times(scale))
                            .toList());
            return new Card(
                    List.of(new Shown(drawn, heading + ": " + line, "")), heading, List.of(line), data.name(index));
        }
    }
}
