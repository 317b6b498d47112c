package resnet4j.segment;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import resnet4j.data.Dataset;
import resnet4j.image.Image;
import resnet4j.image.LabelMap;
import resnet4j.model.ModelFile;
import resnet4j.report.Block;
import resnet4j.report.Block.Card;
import resnet4j.report.Block.Shown;
import resnet4j.report.Section;
import resnet4j.tensor.Device;

/** What a report says of a network that answers for each pixel: its classes, what it confuses, and pictures of both. */
public final class PixelSections {
    private static final int RIGHT = 0xDFE3E8, WRONG = 0xD9480F, UNCOUNTED = 0x57606A;
    private static final int SWATCH = 24, SWATCHES = 24;

    private PixelSections() {}

    /**
     * The sections of a score.
     *
     * @param model    that was measured; it answers again for the pictures that are shown
     * @param pictures that it was measured on
     */
    public static List<Section> of(ModelFile.Opened model, Dataset<LabelMap> pictures, IouScore score, Device device)
            throws IOException {
        var names = pictures.classes();
        var confusion = new Block.Confusion(names, score.confusion(), "pixels");
        model.net().train(false);
        var evaluator = new PixelEvaluator(model.net()::apply, model.file().preprocess(), device);
        return List.of(
                classes(score),
                new Section("What was taken for what", confusion.note(), List.of(confusion)),
                pictures("Worst pictures", evaluator, pictures, score.worst(), names),
                pictures("Best pictures", evaluator, pictures, score.best(), List.of()));
    }

    private static Section classes(IouScore score) {
        var rows = score.classes().stream()
                .map(c -> List.of(
                        c.name(), percent(c.iou()), number(c.dice()), number(c.pictureDice()), number(c.boundaryF1())))
                .toList();
        return new Section(
                "Classes",
                "IoU and Dice count the pixels of all pictures together; the last two columns are means over pictures."
                        + " Boundary F1 is how much of the outlines lies within 0.75 % of the picture's diagonal of the"
                        + " true ones.",
                List.of(),
                List.of("Class", "#=IoU", "#Dice", "#-Dice of a picture", "#Boundary F1"),
                rows);
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%.4f", value);
    }

    private static String percent(double value) {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%.1f%%", 100 * value);
    }

    /** @param legend names of the classes whose colours are said, or none */
    private static Section pictures(
            String heading,
            PixelEvaluator evaluator,
            Dataset<LabelMap> pictures,
            List<IouScore.PictureResult> results,
            List<String> legend)
            throws IOException {
        var cards = new ArrayList<Card>();
        for (var result : results) {
            var picture = evaluator.preprocess().decode(pictures.picture(result.index()));
            var truth = pictures.target(result.index());
            var answer = evaluator.answer(picture, truth.width(), truth.height());
            cards.add(new Card(
                    List.of(
                            new Shown(picture, "The picture", "Picture"),
                            new Shown(Palette.of(truth), "The true classes in colours", "Truth"),
                            new Shown(Palette.of(answer), "The answered classes in colours", "Answer"),
                            new Shown(difference(truth, answer), "Where both differ, in orange", "Difference")),
                    "Mean IoU " + percent(result.miou()),
                    List.of(),
                    result.picture()));
        }
        return new Section(
                heading,
                "By the mean IoU of the classes that a picture has or was said to have. Orange is wrong; dark grey does"
                        + " not count.",
                List.of(new Block.Cards(cards, true), new Block.Cards(legend(legend))));
    }

    private static List<Card> legend(List<String> names) {
        if (names.isEmpty() || names.size() > SWATCHES) return List.of();
        var swatches = new ArrayList<Shown>();
        for (int c = 0; c < names.size(); c++) {
            var label = new byte[SWATCH * SWATCH];
            Arrays.fill(label, (byte) c);
            swatches.add(new Shown(
                    Palette.of(new LabelMap(SWATCH, SWATCH, label)), "The colour of " + names.get(c), names.get(c)));
        }
        return List.of(new Card(swatches, "Colours", List.of(), ""));
    }

    static Image difference(LabelMap truth, LabelMap answer) {
        var rgb = new byte[3 * truth.labels().length];
        for (int i = 0; i < rgb.length; i++) {
            int label = truth.labels()[i / 3] & 255;
            int colour =
                    label == LabelMap.IGNORED ? UNCOUNTED : label == (answer.labels()[i / 3] & 255) ? RIGHT : WRONG;
            rgb[i] = (byte) (colour >> 16 - 8 * (i % 3));
        }
        return new Image(truth.width(), truth.height(), rgb);
    }
}
