package resnet4j.certainty;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import resnet4j.data.Skipped;
import resnet4j.eval.Interval;
import resnet4j.model.Calibration;
import resnet4j.report.Words;

/**
 * A calibration, and what it is worth on pictures that it was not fitted on.
 *
 * @param fitted      pictures that it was fitted on
 * @param measured    pictures that all that follows was measured on
 * @param top1        share that the network is right on, with or without it
 * @param before      whether the network is as often right as it says, as its logits are
 * @param after       at the temperature
 * @param selective   how many answers are wrong if the least sure ones are not given
 * @param given       what is left and what of it is wrong, where the least sure are not given
 * @param familiar    the share of these pictures that pass as known, where that was asked for
 * @param conformal   what the sets are worth, where they were asked for
 * @param novelty     whether other pictures are told from these, a line for each kind and score
 * @param notes       what to know before one relies on it, a sentence each
 * @param out         the file that the model was written to
 */
public record Calibrated(
        String model,
        String data,
        int fitted,
        int measured,
        Calibration calibration,
        double top1,
        Interval top1Interval,
        Reliability before,
        Interval eceBefore,
        Reliability after,
        Interval eceAfter,
        Selective selective,
        Optional<Selective.Point> given,
        Optional<Double> familiar,
        Optional<Conformal> conformal,
        List<Novelty> novelty,
        List<String> notes,
        List<Skipped> skipped,
        Optional<Path> out) {

    public Calibrated {
        novelty = List.copyOf(novelty);
        notes = List.copyOf(notes);
        skipped = List.copyOf(skipped);
    }

    /** For people. */
    @Override
    public String toString() {
        var lines = new ArrayList<String>();
        lines.add(String.format(
                Locale.ROOT,
                "%s on %s: temperature %.4f, fitted on %s, measured on %s others",
                Words.shown(model),
                Words.shown(data),
                calibration.temperature(),
                Words.count(fitted, "picture"),
                measured));
        lines.add(String.format(Locale.ROOT, "  top-1                %.2f %% (%s)", 100 * top1, percent(top1Interval)));
        lines.add(String.format(
                Locale.ROOT,
                "  calibration error    %.2f %% (%s) before, %.2f %% (%s) after",
                100 * before.ece(),
                percent(eceBefore),
                100 * after.ece(),
                percent(eceAfter)));
        lines.add(String.format(
                Locale.ROOT, "  cross entropy        %.4f before, %.4f after", before.nll(), after.nll()));
        lines.add(String.format(
                Locale.ROOT, "  Brier score          %.4f before, %.4f after", before.brier(), after.brier()));
        given.ifPresent(point -> lines.add(String.format(
                Locale.ROOT,
                "  not sure below       %.2f %%: %.1f %% of pictures have an answer, of which %.2f %% (%s) are wrong",
                100 * point.probability(),
                100 * point.coverage(),
                100 * point.risk(),
                percent(point.interval()))));
        conformal.ifPresent(c -> lines.add(String.format(
                Locale.ROOT,
                "  sets for %-11s the true class is in %.2f %% (%s); %.2f classes each, one in %.1f %%, none in %.1f %%",
                String.format(Locale.ROOT, "%.4g %%:", 100 * c.sets().coverage()),
                100 * c.covered(),
                percent(c.interval()),
                c.size(),
                100 * c.single(),
                100 * c.none())));
        calibration
                .familiar()
                .ifPresent(f -> lines.add(String.format(
                        Locale.ROOT,
                        "  known from           %s %.3f on: %.2f %% of pictures",
                        f.by().name(),
                        f.least(),
                        100 * familiar.orElseThrow())));
        for (var n : novelty)
            lines.add(String.format(
                    Locale.ROOT,
                    "  %s (%d) by %s: ROC area %.4f (%.4f to %.4f), %.1f %% pass where 95 %% of the known do",
                    Words.shown(n.unlike()),
                    n.pictures(),
                    n.score(),
                    n.auroc(),
                    n.interval().low(),
                    n.interval().high(),
                    100 * n.fpr95()));
        for (var note : notes) lines.add("Note: " + Words.sentence(note) + ".");
        for (var s : skipped) lines.add("skipped " + Words.shown(s.file()) + ": " + Words.sentence(s.reason()));
        out.ifPresent(file -> lines.add("written: " + file));
        return String.join(System.lineSeparator(), lines);
    }

    private static String percent(Interval interval) {
        return String.format(Locale.ROOT, "%.2f to %.2f", 100 * interval.low(), 100 * interval.high());
    }
}
