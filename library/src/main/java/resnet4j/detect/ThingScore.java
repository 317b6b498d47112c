package resnet4j.detect;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import resnet4j.config.Records;
import resnet4j.data.Skipped;
import resnet4j.eval.Interval;
import resnet4j.eval.Score;
import resnet4j.report.Words;

/**
 * How well things were found, by COCO's numbers in [0,1]; -1 where there is nothing to measure.
 *
 * @param samples  pictures
 * @param things   that were to be found
 * @param found    that were found, rightly or not
 * @param boxMap   mean over classes and overlaps from .50 to .95 of the average precision of boxes
 * @param boxMap50 the same at an overlap of .50
 * @param maskMap  the same of masks, where the network says them
 * @param boxes    all of COCO's numbers of boxes
 * @param masks    all of COCO's numbers of masks; none where the network does not say them
 * @param intervals of the means, by draws of pictures; see {@link CocoScore#intervals}
 */
public record ThingScore(
        int samples,
        int things,
        int found,
        double boxMap,
        double boxMap50,
        double boxMap75,
        Optional<Double> maskMap,
        Optional<Double> maskMap50,
        Optional<Double> maskMap75,
        Map<String, Double> boxes,
        Map<String, Double> masks,
        List<CocoScore.OfCategory> classes,
        List<Skipped> skipped,
        Map<String, Interval> intervals)
        implements Score {
    static final String HEADLINE = "boxMap";

    static ThingScore of(Coco truth, List<CocoResults.Found> found, boolean masks, List<Skipped> skipped) {
        var byBox = CocoScore.of(truth, found, Overlap.BBOX, true);
        var ofMasks = masks ? Optional.of(CocoScore.of(truth, found, Overlap.SEGM, true)) : Optional.<CocoScore>empty();
        Map<String, Double> byMask = ofMasks.map(CocoScore::numbers).orElse(Map.of());
        var intervals = new LinkedHashMap<String, Interval>();
        byBox.intervals().forEach((name, interval) -> intervals.put(name.replace("AP", "boxMap"), interval));
        ofMasks.ifPresent(score ->
                score.intervals().forEach((name, interval) -> intervals.put(name.replace("AP", "maskMap"), interval)));
        return new ThingScore(
                truth.pictures().size(),
                (int) truth.things().stream().filter(t -> !t.crowd()).count(),
                found.size(),
                byBox.numbers().get("AP"),
                byBox.numbers().get("AP50"),
                byBox.numbers().get("AP75"),
                Optional.ofNullable(byMask.get("AP")),
                Optional.ofNullable(byMask.get("AP50")),
                Optional.ofNullable(byMask.get("AP75")),
                byBox.numbers(),
                byMask,
                byBox.categories(),
                skipped,
                intervals);
    }

    @Override
    public List<String> compared() {
        return maskMap.isPresent() ? List.of(HEADLINE, "maskMap") : List.of(HEADLINE);
    }

    @Override
    public Map<String, Double> numbers() {
        var numbers = new LinkedHashMap<String, Double>();
        numbers.put(HEADLINE, boxMap);
        numbers.put("boxMap50", boxMap50);
        numbers.put("boxMap75", boxMap75);
        maskMap.ifPresent(value -> numbers.put("maskMap", value));
        maskMap50.ifPresent(value -> numbers.put("maskMap50", value));
        maskMap75.ifPresent(value -> numbers.put("maskMap75", value));
        return numbers;
    }

    @Override
    public String words() {
        var text = String.format(
                Locale.ROOT,
                "box AP %.4f, at .50 %.4f, at .75 %.4f; %d things in %d pictures",
                boxMap,
                boxMap50,
                boxMap75,
                things,
                samples);
        return text
                + maskMap.map(ap -> String.format(Locale.ROOT, "; mask AP %.4f", ap))
                        .orElse("");
    }

    @Override
    public List<String> lines() {
        var names = classes.stream().map(c -> Words.shown(c.name())).toList();
        int width = names.stream().mapToInt(String::length).reduce("class".length(), Math::max);
        var row = "%-" + width + "s  %5s  %5s  %6s";
        var lines = new ArrayList<>(Score.super.lines());
        lines.add(String.format(row, "class", "AP", "AP50", "recall"));
        for (int i = 0; i < names.size(); i++) {
            var c = classes.get(i);
            lines.add(String.format(row, names.get(i), number(c.ap()), number(c.ap50()), number(c.ar()))
                    .stripTrailing());
        }
        return lines;
    }

    private static String number(double value) {
        return value < 0 ? "" : String.format(Locale.ROOT, "%.3f", value);
    }

    @Override
    public Map<String, Object> keys() {
        return Records.fields(this);
    }
}
