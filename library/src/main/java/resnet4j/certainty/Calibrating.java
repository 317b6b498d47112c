package resnet4j.certainty;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import resnet4j.config.Checks;
import resnet4j.config.Records;
import resnet4j.data.DataSource;
import resnet4j.data.Dataset;
import resnet4j.data.Label;
import resnet4j.data.Labelled;
import resnet4j.data.Reading;
import resnet4j.data.Skipped;
import resnet4j.eval.Interval;
import resnet4j.eval.Outputs;
import resnet4j.graph.Inference;
import resnet4j.model.Answer;
import resnet4j.model.Calibration;
import resnet4j.model.ClassificationNet;
import resnet4j.model.Familiarity;
import resnet4j.model.ModelFile;
import resnet4j.report.Words;
import resnet4j.run.Stages;
import resnet4j.tensor.Device;
import resnet4j.tensor.Precision;
import resnet4j.tensor.Tensor;
import resnet4j.train.Recipe;

/**
 * What of a classifier is to be calibrated, on pictures that it was not trained on.
 *
 * @param data     the pictures, as {@code kind:path}
 * @param split    a part of them; where absent the validation part, as the model's own recipe held it out, or else the test
 *                 part
 * @param limit    use only so many
 * @param share    how much of the pictures it is fitted on; the others say what it is worth
 * @param error    the share of answers that may be wrong, where the least sure are to be "not sure"
 * @param familiar the share of pictures like these that are to pass as known, where others are to be told
 * @param by       what these are told by
 * @param coverage how often the true class is to be in a set, where sets are to be named
 * @param sets     what these are made by
 * @param unlike   pictures of another kind, as {@code kind:path}; their classes are not looked at
 * @param out      a .safetensors file to write the model to with its calibration
 * @param batch    pictures at a time
 * @param seed     of which pictures it is fitted on
 */
public record Calibrating(
        String data,
        Optional<String> split,
        Optional<Integer> limit,
        double share,
        Optional<Double> error,
        Optional<Double> familiar,
        By by,
        Optional<Double> coverage,
        Calibration.Rule sets,
        List<String> unlike,
        Optional<Path> out,
        int batch,
        long seed,
        Device device,
        Precision precision) {
    private static final int LEARNED = 20_000; // training pictures that distances are fitted on, at most

    /** What tells pictures that the network does not know: see {@link Familiarity}. */
    public enum By {
        ENERGY,
        DISTANCE
    }

    public Calibrating {
        unlike = List.copyOf(unlike);
        limit.ifPresent(n -> Checks.atLeast("limit", 2, n));
        Checks.insideUnit("share", share);
        error.ifPresent(e -> Checks.insideUnit("error", e));
        familiar.ifPresent(f -> Checks.insideUnit("familiar", f));
        coverage.ifPresent(c -> Checks.insideUnit("coverage", c));
        if (out.isPresent() && !out.get().toString().endsWith(".safetensors"))
            throw new IllegalArgumentException("out: expected a name that ends in .safetensors, got " + out.get());
    }

    /** The temperature alone, fitted on half of the pictures and not written. */
    public Calibrating(String data) {
        this(
                data,
                Optional.empty(),
                Optional.empty(),
                0.5,
                Optional.empty(),
                Optional.empty(),
                By.ENERGY,
                Optional.empty(),
                Calibration.Rule.LAC,
                List.of(),
                Optional.empty(),
                64,
                0,
                Device.CPU,
                Precision.FP32);
    }

    /** Opens the network: once to measure it, and again to write it. */
    public interface Opening {
        ModelFile.Opened open() throws IOException;
    }

    /** Fits, measures, and writes the model with its calibration. @param name of the network */
    public Calibrated run(Opening opening, String name, Reading reading, Stages stages) throws IOException {
        Outputs<Label> fit, rest;
        var skipped = new ArrayList<Skipped>();
        Familiarity score;
        int classes;
        Map<String, Outputs<Label>> others = new LinkedHashMap<>();
        try (var asked = new Asked(opening.open(), reading, stages)) {
            var source = source(asked.file);
            classes = asked.file.classNames().size();
            var all = pictures(asked.file, source);
            var pictures = all.split(1 - share, seed);
            if (pictures.held().size() == 0 || pictures.rest().size() == 0)
                throw new IllegalArgumentException("data: expected two pictures or more of a class, to fit on some and"
                        + " measure on the others, got " + Words.count(all.size(), "picture")
                        + " to do both with; give more, or take another part with --split");
            score = asked.score(source);
            fit = asked.outputs("calibrate", pictures.rest());
            rest = asked.outputs("measure", pictures.held());
            skipped.addAll(fit.skipped());
            skipped.addAll(rest.skipped());
            for (var other : unlike) {
                var another = DataSource.parse(other);
                others.put(other, asked.outputs(other, another.split(another.measured())));
            }
        }
        var notes = new ArrayList<String>();
        var calibration = fit(fit, classes, score, notes);
        if (out.isPresent())
            try (var again = opening.open()) {
                again.file().withAnswer(new Answer.Classes(calibration)).save(out.get(), again.net());
            }
        return result(name, classes, calibration, rest, score, others, notes, skipped);
    }

    private DataSource<Label> source(ModelFile file) throws IOException {
        var source = DataSource.parse(data);
        if (source.val().isEmpty() && !file.recipe().isEmpty() && !split.equals(Optional.of("test")))
            source = Records.read(file.recipe(), Recipe.class).of(source);
        return source;
    }

    private String measured(DataSource<Label> source) {
        return split.orElse(source.val().isPresent() ? "val" : "test");
    }

    private Dataset<Label> pictures(ModelFile file, DataSource<Label> source) {
        if (split.isEmpty() && source.val().isEmpty() && source.test().isEmpty())
            throw new IllegalArgumentException("data: expected pictures that the network was not trained on, got "
                    + data + " with a training part only; give others, or take these with --split train");
        var pictures = Labelled.as(file.classNames(), source.split(measured(source)));
        return limit.isPresent() ? pictures.limit(limit.get()) : pictures;
    }

    private Calibration fit(Outputs<Label> outputs, int classes, Familiarity score, List<String> notes) {
        var fit = Answered.of(outputs.columns(0, classes));
        double temperature = Temperature.fit(fit);
        if (IntStream.range(0, fit.size()).allMatch(fit::right))
            notes.add("all of these " + fit.size() + " pictures are answered right, which fits any small temperature;"
                    + " take more or harder ones");
        var abstain = error.flatMap(e -> Selective.threshold(fit, temperature, e));
        if (error.isPresent() && abstain.isEmpty())
            notes.add(String.format(
                    Locale.ROOT,
                    "no part of these %d pictures promises that at most %s of the answers are wrong; take more pictures or"
                            + " a larger error, none of the answers is \"not sure\" now",
                    fit.size(),
                    error.get()));
        return new Calibration(
                temperature,
                fit.size(),
                abstain,
                familiar.map(
                        f -> new Calibration.Familiar(score, Novelty.exceeded(scores(score, outputs, classes), f), f)),
                coverage.map(c -> Conformal.fit(fit, temperature, sets, c)));
    }

    private Calibrated result(
            String name,
            int classes,
            Calibration calibration,
            Outputs<Label> outputs,
            Familiarity score,
            Map<String, Outputs<Label>> others,
            List<String> notes,
            List<Skipped> skipped) {
        double temperature = calibration.temperature();
        var rest = Answered.of(outputs.columns(0, classes));
        var scores = new ArrayList<>(List.<Familiarity>of(new Familiarity.Energy()));
        if (score.byFeatures()) scores.add(0, score);
        var novelty = new ArrayList<Novelty>();
        others.forEach((kind, other) -> {
            for (var each : scores)
                novelty.add(
                        Novelty.of(kind, each.name(), scores(each, outputs, classes), scores(each, other, classes)));
            novelty.add(Novelty.of(
                    kind,
                    "probability",
                    likeliest(rest.logits()),
                    likeliest(other.columns(0, classes).logits())));
        });
        int right = (int) IntStream.range(0, rest.size()).filter(rest::right).count();
        return new Calibrated(
                name,
                data,
                calibration.pictures(),
                rest.size(),
                calibration,
                (double) right / rest.size(),
                Interval.ofShare(right, rest.size()),
                Reliability.of(rest, 1),
                Reliability.eceInterval(rest, 1),
                Reliability.of(rest, temperature),
                Reliability.eceInterval(rest, temperature),
                Selective.of(rest, temperature),
                calibration.abstain().map(a -> Selective.at(rest, temperature, a.probability())),
                calibration.familiar().map(f -> share(scores(f.by(), outputs, classes), f.least())),
                calibration.sets().map(named -> Conformal.of(rest, temperature, named)),
                novelty,
                notes,
                skipped,
                out);
    }

    private static double share(double[] scores, double least) {
        int n = 0;
        for (double score : scores) if (score >= least) n++;
        return (double) n / scores.length;
    }

    private static double[] scores(Familiarity score, Outputs<Label> outputs, int classes) {
        return outputs.logits().stream()
                .mapToDouble(row -> score.score(row, 0, classes))
                .toArray();
    }

    /** Logarithms of the likeliest class's odds: probabilities would tie near 1. Hendrycks and Gimpel 2017, arXiv:1610.02136. */
    private static double[] likeliest(List<float[]> logits) {
        return logits.stream()
                .mapToDouble(row -> {
                    int best = 0;
                    for (int c = 1; c < row.length; c++) if (row[c] > row[best]) best = c;
                    double sum = 0;
                    for (int c = 0; c < row.length; c++) if (c != best) sum += Math.exp(row[c] - row[best]);
                    return -Math.log(sum);
                })
                .toArray();
    }

    /** A network that is asked about pictures. */
    private final class Asked implements AutoCloseable {
        private final ModelFile file;
        private final Inference inference;
        private final IntFunction<float[]> origin; // of features that are so wide
        private final Reading reading;
        private final Stages stages;

        Asked(ModelFile.Opened opened, Reading reading, Stages stages) {
            this.file = opened.classifier().file();
            this.reading = reading;
            this.stages = stages;
            var p = file.preprocess();
            // the plan takes the weights: the head's are needed again
            float[] weight = weights(opened.net(), "weight"), bias = weights(opened.net(), "bias");
            origin = width -> Distances.origin(weight, bias, width);
            inference = Inference.of(opened.net(), device, precision, p.cropHeight(), p.cropWidth());
        }

        private static float[] weights(ClassificationNet net, String name) {
            var head = net.head().state();
            return head.containsKey(name) ? head.get(name).toFloats() : new float[0];
        }

        /** Logits, and features behind them where they count. */
        Outputs<Label> outputs(String stage, Dataset<Label> pictures) {
            return rows(by == By.DISTANCE ? inference::logitsAndFeatures : inference::run, stage, pictures);
        }

        /** What tells pictures that the network does not know. */
        Familiarity score(DataSource<Label> source) {
            if (by == By.ENERGY) return new Familiarity.Energy();
            if (measured(source).equals("train"))
                throw new IllegalArgumentException(
                        "by: expected training pictures apart from those that are measured,"
                                + " to take distances from, got the training pictures themselves; take another split, or energy");
            var learned = Labelled.as(file.classNames(), source.train()).limit(LEARNED);
            var said = rows(inference::logitsAndFeatures, "training pictures", learned);
            int classes = file.classNames().size();
            int width = said.logits().isEmpty() ? 1 : said.logits().get(0).length - classes;
            return Distances.fit(said, classes, origin.apply(width), Distances.principal(width));
        }

        private Outputs<Label> rows(UnaryOperator<Tensor> way, String stage, Dataset<Label> pictures) {
            try (var watcher = stages.begin(stage, pictures.size(), "images")) {
                IntConsumer progress = watcher::add;
                var loader = reading.loader(pictures, file.preprocess(), batch);
                return Outputs.of(way, loader, file.preprocess(), device, progress);
            }
        }

        @Override
        public void close() {
            inference.close();
        }
    }
}
