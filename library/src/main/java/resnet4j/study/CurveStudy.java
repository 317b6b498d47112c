package resnet4j.study;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import resnet4j.config.Checks;
import resnet4j.data.DataSource;
import resnet4j.data.Label;
import resnet4j.image.Preprocess;
import resnet4j.image.Resize;
import resnet4j.model.ModelFile;
import resnet4j.report.Chart;
import resnet4j.report.Page;
import resnet4j.report.Section;
import resnet4j.run.Watcher;
import resnet4j.selfsup.LearningCurve;
import resnet4j.selfsup.Probed;
import resnet4j.train.Features;
import resnet4j.train.Machine;
import resnet4j.train.Optim;
import resnet4j.train.Recipe;
import resnet4j.train.Trainer;

/**
 * How much more pictures would help, and of which class: a plain network from nothing, and nearest neighbours and a linear
 * probe (transfer) on the features of a trained one, by all labelled pictures, half of them, a quarter and so on.
 *
 * @param epochs  of the plain network, where it sees 5,000 pictures or more; with fewer, as many more
 * @param changes of its recipe, as in {@code optimizer.lr=0.05}
 */
public record CurveStudy(int epochs, List<String> changes) {
    public static final String NAME = "learning-curve";
    private static final String PLAIN = "small_cnn";
    private static final int TRAINED = 4; // of the sizes, the largest: the others teach a network from nothing little
    private static final int SIDE = 64; // of photographs, for the plain network

    public CurveStudy {
        Checks.positive("epochs", epochs);
        changes = List.copyOf(changes);
    }

    /**
     * Measures and trains what is not trained yet, until it is told to stop, and writes what it found into the folder.
     *
     * @param opened stays the caller's
     * @param name   what it is called in the page
     */
    public StudyResult run(
            ModelFile.Opened opened,
            String name,
            DataSource<Label> source,
            Path folder,
            Trainer.Options options,
            Watcher watcher)
            throws IOException {
        var data = Probed.split(source, 0);
        var asked = data.split(data.measured());
        var machine = new Machine(options.device(), options.loaderThreads());
        machine.place(opened.net());
        var preprocess = opened.file().preprocess();
        var labelled = Features.pooled(opened.net(), data.train(), preprocess, machine, n -> {});
        var others = Features.pooled(opened.net(), asked, preprocess, machine, n -> {});
        var curve = LearningCurve.of(labelled, others, data.train().classes(), 0);
        var tested = new DataSource<>(data.name(), data.train(), Optional.empty(), Optional.of(asked));
        var trained = new Trainings(plain(curve, preprocess), epochs, 1, List.of(), changes)
                .run(tested, folder, options, watcher);
        var result =
                new StudyResult(NAME, folder, trained.done(), trained.runs(), Optional.empty(), Optional.of(curve));
        return result.write(page(result, name, source.name()));
    }

    private Study plain(LearningCurve curve, Preprocess preprocess) {
        var points = curve.points();
        var small = preprocess.resize() instanceof Resize.None
                ? preprocess
                : Preprocess.of(new Resize.ShortSide(SIDE), SIDE).withExif(true);
        return new Study(
                NAME,
                "How much would more pictures help?",
                recipe -> slower(recipe).withBatch(50).withPreprocess(small),
                points.subList(Math.max(0, points.size() - TRAINED), points.size()).stream()
                        .map(p -> (int) Math.round(p.pictures()))
                        .map(n -> new Study.Variation(PLAIN + " on " + n, n, recipe -> recipe.withModel(PLAIN)))
                        .toList());
    }

    private static Recipe slower(Recipe recipe) {
        var sgd = (Optim.Sgd) recipe.optimizer();
        return recipe.withLr(sgd.lr() / 2);
    }

    private Page page(StudyResult result, String name, String source) {
        var points = result.curve().orElseThrow().points();
        var runs = result.runs().orElseThrow();
        var plain = new ArrayList<Chart.Point>();
        for (int i = 0; i < runs.size(); i++) {
            double pictures = points.get(points.size() - runs.size() + i).pictures();
            for (double top1 : runs.get(i).top1()) plain.add(new Chart.Point(pictures, top1));
        }
        var chart = new Chart(
                "Told of the pictures asked, by labelled pictures",
                Chart.Axis.of("Labelled pictures").logarithmic(),
                Chart.Axis.of("Told").inPercent(),
                List.of(
                        new Chart.Series(PLAIN + " from nothing", Chart.Mark.LINE, plain),
                        series("nearest neighbours, " + name, points, LearningCurve.Point::knn),
                        series("linear probe, " + name, points, LearningCurve.Point::linear)));
        return new Page(
                "Study",
                "Learning curve",
                "How much would more pictures help?",
                List.of(new Section(
                        "Results",
                        "On " + source + ". "
                                + String.join(". ", result.curve().get().sentences()) + ".",
                        List.of(chart),
                        result.columns(),
                        result.table())));
    }

    private static Chart.Series series(
            String name, List<LearningCurve.Point> points, ToDoubleFunction<LearningCurve.Point> of) {
        return new Chart.Series(
                name,
                Chart.Mark.LINE,
                IntStream.range(0, points.size())
                        .mapToObj(i -> new Chart.Point(points.get(i).pictures(), of.applyAsDouble(points.get(i))))
                        .toList());
    }
}
