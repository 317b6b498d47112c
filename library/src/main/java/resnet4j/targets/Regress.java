package resnet4j.targets;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import resnet4j.config.Checks;
import resnet4j.data.Dataset;
import resnet4j.data.Numbers;
import resnet4j.eval.Interval;
import resnet4j.eval.NumbersScore;
import resnet4j.eval.NumbersScore.NumberResult;
import resnet4j.eval.Outputs;
import resnet4j.eval.Score;
import resnet4j.model.Answer;
import resnet4j.report.Chart;
import resnet4j.report.Section;
import resnet4j.tensor.Device;
import resnet4j.tensor.Losses;
import resnet4j.tensor.Tensor;

/**
 * Numbers, one or several. What is learned is how many deviations each is from its mean over the training pictures; the
 * model says the numbers themselves.
 */
public record Regress(Loss loss) implements Aim<Numbers> {
    public Regress() {
        this(new Loss.Squared());
    }

    /** How far numbers are from the true ones, in deviations of the training pictures' numbers. */
    public sealed interface Loss {
        Tensor of(Tensor said, Tensor truth);

        /** The mean of the squares. */
        record Squared() implements Loss {
            @Override
            public Tensor of(Tensor said, Tensor truth) {
                return Losses.meanSquaredError(said, truth);
            }
        }

        /** Half the square up to {@code delta}, from there on a line: for data with outliers. Huber 1964. */
        record Huber(double delta) implements Loss {
            public Huber {
                Checks.aboveZero("delta", delta);
            }

            public Huber() {
                this(1);
            }

            @Override
            public Tensor of(Tensor said, Tensor truth) {
                return Losses.scale(Losses.smoothL1(said, truth, delta), delta);
            }
        }

        /** The mean of the distances, L1. */
        record Absolute() implements Loss {
            @Override
            public Tensor of(Tensor said, Tensor truth) {
                return Losses.smoothL1(said, truth, 0);
            }
        }
    }

    @Override
    public Class<Numbers> target() {
        return Numbers.class;
    }

    @Override
    public String headline() {
        return NumbersScore.HEADLINE;
    }

    @Override
    public Answer answer(Dataset<Numbers> train) throws IOException {
        var means = new ArrayList<Double>();
        var deviations = new ArrayList<Double>();
        int n = train.size();
        var all = new ArrayList<List<Double>>();
        for (int i = 0; i < n; i++) all.add(train.target(i).values());
        for (int c = 0; c < train.classes().size(); c++) {
            double mean = 0, squares = 0;
            for (var values : all) mean += values.get(c) / n;
            for (var values : all) squares += (values.get(c) - mean) * (values.get(c) - mean) / n;
            if (!(squares > 0))
                throw new IllegalArgumentException("data: expected different numbers of different pictures, got "
                        + train.classes().get(c) + " " + all.get(0).get(c) + " of all " + n
                        + " training pictures");
            means.add(mean);
            deviations.add(Math.sqrt(squares));
        }
        return new Answer.Numbers(means, deviations);
    }

    @Override
    public Tensor loss(Tensor logits, List<Numbers> targets, Answer answer, Device device) {
        int n = targets.size(), k = (int) logits.size(1);
        var truth = new float[n * k];
        for (int i = 0; i < n; i++)
            for (int c = 0; c < k; c++)
                truth[i * k + c] = (float) ((Answer.Numbers) answer)
                        .scaled(c, targets.get(i).values().get(c));
        return loss.of(logits, Tensor.of(truth, n, k).to(device));
    }

    @Override
    public Score score(List<String> names, Answer answer, Outputs<Numbers> outputs) {
        return NumbersScore.of(names, (Answer.Numbers) answer, outputs);
    }

    @Override
    public List<Section> sections(Score score) {
        var results = ((NumbersScore) score).results();
        var charts = new ArrayList<Chart>();
        for (var result : results) {
            charts.add(scatter(result));
            charts.add(residuals(result));
        }
        return List.of(new Section(
                "Numbers",
                "R² is the share of the variance that is explained; the mean absolute error (MAE) and the root of the mean"
                        + " squared error (RMSE) are in each number's own unit. In brackets: 95 % intervals, of R² by"
                        + " drawing pictures again.",
                charts,
                List.of("Number", "#R²", "#MAE", "#RMSE"),
                results.stream()
                        .map(r -> List.of(
                                r.name(),
                                number(r.r2(), r.r2Interval()),
                                number(r.mae(), r.maeInterval()),
                                String.format(Locale.ROOT, "%.4g", r.rmse())))
                        .toList()));
    }

    private static Chart scatter(NumberResult result) {
        double low = Double.POSITIVE_INFINITY, high = Double.NEGATIVE_INFINITY;
        for (var pair : result.pairs()) {
            low = Math.min(low, pair.truth());
            high = Math.max(high, pair.truth());
        }
        return new Chart(
                result.name() + ": what the network says",
                Chart.Axis.of("truth"),
                Chart.Axis.of("answer"),
                List.of(
                        new Chart.Series(
                                "pictures",
                                Chart.Mark.POINTS,
                                result.pairs().stream()
                                        .map(p -> new Chart.Point(p.truth(), p.answer()))
                                        .toList()),
                        new Chart.Series(
                                "right",
                                Chart.Mark.LINE,
                                List.of(new Chart.Point(low, low), new Chart.Point(high, high)))));
    }

    private static Chart residuals(NumberResult result) {
        return new Chart(
                result.name() + ": by how much it is off",
                Chart.Axis.of("answer"),
                Chart.Axis.of("answer - truth"),
                List.of(new Chart.Series(
                        "pictures",
                        Chart.Mark.POINTS,
                        result.pairs().stream()
                                .map(p -> new Chart.Point(p.answer(), p.answer() - p.truth()))
                                .toList())));
    }

    private static String number(double value, Interval interval) {
        return String.format(Locale.ROOT, "%.4g (%.4g to %.4g)", value, interval.low(), interval.high());
    }
}
