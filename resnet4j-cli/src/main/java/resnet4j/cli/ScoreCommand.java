package resnet4j.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import resnet4j.detect.Coco;
import resnet4j.detect.CocoResults;
import resnet4j.detect.CocoScore;
import resnet4j.detect.Overlap;
import resnet4j.report.Words;

/** {@code score}: how well things were found, by COCO's numbers. */
@CommandLine.Command(
        name = "score",
        description = "Measure detections against COCO annotations: average precision and recall, as pycocotools does.",
        footer = {
            "",
            "Example:",
            "  ./resnet4j score --truth instances_val.json \\",
            "        --detections results.json --iou bbox"
        })
final class ScoreCommand extends Command<ScoreCommand.Scored> {
    @Option(
            names = "--truth",
            paramLabel = "FILE",
            required = true,
            description = "COCO annotations: images, categories, annotations.")
    private Path truth;

    @Option(
            names = "--detections",
            paramLabel = "FILE",
            required = true,
            description = "Detections in COCO's results format.")
    private Path detections;

    @Option(names = "--iou", paramLabel = "bbox|segm|keypoints", description = "What has to overlap (default: bbox).")
    private Overlap iou = Overlap.BBOX;

    @Option(names = "--ignore-classes", description = "Count a thing as found whatever it is taken for.")
    private boolean ignoreClasses;

    /** @param skipped annotations of pictures or categories that the truth does not have, and detections of the latter */
    record Scored(
            Path truth,
            Path detections,
            String iou,
            int images,
            int things,
            int found,
            List<String> names,
            List<Double> stats,
            List<CocoScore.OfCategory> categories,
            List<String> skipped) {}

    @Override
    Scored run() throws IOException {
        boolean masks = iou == Overlap.SEGM;
        var truth = Coco.read(this.truth, masks);
        var found = CocoResults.read(detections, truth, masks);
        var score = CocoScore.of(truth, found, iou, !ignoreClasses);
        return new Scored(
                this.truth,
                detections,
                iou.name().toLowerCase(Locale.ROOT),
                truth.pictures().size(),
                truth.things().size(),
                found.size(),
                List.copyOf(score.numbers().keySet()),
                List.copyOf(score.numbers().values()),
                score.categories(),
                CocoResults.skipped(found, truth));
    }

    @Override
    String text(Scored scored) {
        var numbers = new Table();
        for (int i = 0; i < scored.stats.size(); i++) numbers.row(scored.names.get(i), number(scored.stats.get(i)));
        var categories = new Table("category", "AP", "AP50", "AR");
        for (var c : scored.categories) categories.row(c.name(), number(c.ap()), number(c.ap50()), number(c.ar()));
        var text =
                new StringBuilder(Words.count(scored.found, "detection") + " of " + Words.count(scored.things, "thing")
                        + " in " + Words.count(scored.images, "picture") + "\n" + numbers);
        if (!scored.categories.isEmpty()) text.append("\n\n").append(categories);
        for (var skipped : scored.skipped) text.append("\nskipped: ").append(skipped);
        return text.toString();
    }

    private static String number(double value) {
        return value < 0 ? "-1" : String.format(Locale.ROOT, "%.3f", value);
    }
}
