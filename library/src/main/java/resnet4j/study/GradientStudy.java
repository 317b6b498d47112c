package resnet4j.study;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import resnet4j.config.Checks;
import resnet4j.data.DataSource;
import resnet4j.data.Label;
import resnet4j.data.Loader;
import resnet4j.eval.Inputs;
import resnet4j.image.Preprocess;
import resnet4j.model.ClassificationNet;
import resnet4j.model.ModelFile;
import resnet4j.model.Models;
import resnet4j.report.Chart;
import resnet4j.report.Page;
import resnet4j.report.Section;
import resnet4j.run.Watcher;
import resnet4j.study.StudyResult.Gradients;
import resnet4j.tensor.Device;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;

/**
 * How large the gradient is at each depth of several networks, on a batch of pictures.
 *
 * @param models saved models, run folders, or names of the registry, which begin at random; {@code
 *               plain56-without-norm} is plain56 without its batch norms
 * @param seeds  batches and random weights, over which the mean is taken
 */
public record GradientStudy(List<String> models, int seeds) {
    public static final String NAME = "gradients";
    private static final String NO_NORM = "-without-norm";
    private static final int BATCH = 128;

    public GradientStudy {
        models = List.copyOf(models);
        Checks.positive("seeds", seeds);
    }

    /** How many networks are looked at, each a unit for the watcher. */
    public long networks() {
        return (long) models.size() * seeds;
    }

    /** Measures, and writes what it found into the folder. */
    public StudyResult run(DataSource<Label> source, Device device, Path folder, Watcher watcher) throws IOException {
        var all = new ArrayList<Gradients>();
        for (var model : models) {
            var norms = new ArrayList<GradientNorms>();
            for (int seed = 0; seed < seeds; seed++) {
                norms.add(norms(model, source, device, seed));
                watcher.add(1);
            }
            all.add(mean(model, norms));
        }
        Files.createDirectories(folder);
        var result = new StudyResult(NAME, folder, true, Optional.empty(), Optional.of(all), Optional.empty());
        return result.write(page(result, source.name()));
    }

    private static GradientNorms norms(String model, DataSource<Label> source, Device device, long seed)
            throws IOException {
        Ops.seed(seed);
        var preprocess = Preprocess.cifar10();
        try (var scope = new NativeScope();
                var net = network(model);
                var batches = Loader.shuffled(source.train(), BATCH, seed)
                        .withPreprocess(preprocess)
                        .epoch(0)) {
            net.to(device);
            var batch = batches.next();
            return GradientNorms.of(
                    net,
                    Inputs.images(batch, preprocess, device),
                    Inputs.labels(Label.indices(batch.targets()), device));
        }
    }

    private static ClassificationNet network(String model) throws IOException {
        if (!model.endsWith(NO_NORM))
            return ModelFile.open(model, Optional.empty(), OptionalInt.empty()).net();
        var named = Models.get(model.substring(0, model.length() - NO_NORM.length()));
        return Study.withoutNorm(named.architecture()).build();
    }

    private static Gradients mean(String model, List<GradientNorms> seeds) {
        var first = seeds.get(0).layers();
        var gradient = new ArrayList<Double>();
        var relative = new ArrayList<Double>();
        for (int i = 0; i < first.size(); i++) {
            int layer = i;
            gradient.add(
                    geometricMean(seeds.stream().map(s -> s.layers().get(layer).gradient())));
            relative.add(
                    geometricMean(seeds.stream().map(s -> s.layers().get(layer).relative())));
        }
        return new Gradients(
                model, first.stream().map(GradientNorms.Layer::path).toList(), gradient, relative);
    }

    private static double geometricMean(Stream<Double> values) {
        return Math.exp(values.mapToDouble(Math::log).average().orElseThrow());
    }

    private Page page(StudyResult result, String source) {
        var series = result.gradients().orElseThrow().stream()
                .map(g -> new Chart.Series(g.model(), Chart.Mark.LINE, points(g.gradient())))
                .toList();
        var chart = new Chart(
                "Length of the gradient by depth",
                Chart.Axis.of("Depth: first convolution to last").inPercent(),
                Chart.Axis.of("Length of the gradient in a convolution's weights")
                        .logarithmic(),
                series);
        return new Page(
                "Study",
                "Gradients by depth",
                "on a batch of " + source,
                List.of(new Section(
                        "Gradients",
                        "One batch forward in training mode and back; means over " + seeds + " seeds (of logarithms).",
                        List.of(chart),
                        result.columns(),
                        result.table())));
    }

    private static List<Chart.Point> points(List<Double> gradient) {
        int last = Math.max(1, gradient.size() - 1);
        return IntStream.range(0, gradient.size())
                .mapToObj(i -> new Chart.Point((double) i / last, gradient.get(i)))
                .toList();
    }
}
