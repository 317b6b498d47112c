package resnet4j.report;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import resnet4j.eval.Evaluation;
import resnet4j.eval.Score;
import resnet4j.report.Chart.Axis;
import resnet4j.report.Chart.Mark;
import resnet4j.report.Chart.Point;
import resnet4j.report.Chart.Series;
import resnet4j.run.Line;

/** The numbers of a run, step by step and epoch by epoch, as charts. */
final class RunCurves {
    static final Axis EPOCHS = Axis.of("Epochs");

    private RunCurves() {}

    /**
     * A number while it was trained.
     *
     * @param training   its name among a step's numbers
     * @param validation its name among a score's
     */
    private record Course(String title, Axis axis, String training, String validation) {}

    private static final Course LOSS = new Course("Loss", Axis.of("Cross entropy, nats"), "loss", "loss");
    private static final Course ACCURACY =
            new Course("Accuracy", Axis.of("Top-1 accuracy").inPercent(), "accuracy", "top1");

    /** All that was counted in training, and the number by which networks are compared. */
    private static List<Course> others(History history, Score score) {
        var names = new LinkedHashSet<>(history.trained());
        names.add(score.headline());
        return names.stream()
                .map(name -> new Course(name, Axis.of(name), name, name))
                .toList();
    }

    /** What was counted in training and validation, and how fast it went. */
    static Block.Charts of(History history, Score score) {
        var courses = score instanceof Evaluation ? List.of(LOSS, ACCURACY) : others(history, score);
        var all = new ArrayList<Chart>();
        for (var course : courses)
            all.add(chart(
                    course.title,
                    course.axis,
                    training(history, course.training),
                    series(
                            "Validation",
                            Mark.LINE_AND_POINTS,
                            history.perEpoch(e -> validation(e, course.validation)))));
        all.add(chart(
                "Learning rate",
                Axis.of("Learning rate"),
                series("Learning rate", Mark.LINE, history.perStep(Line.Step::lr))));
        all.add(chart(
                "Speed",
                Axis.of("Pictures per second"),
                series("Speed", Mark.LINE, history.perStep(Line.Step::imagesPerSecond))));
        return new Block.Charts(all);
    }

    private static Chart chart(String title, Axis y, Series... series) {
        return new Chart(
                title,
                EPOCHS,
                y,
                List.of(series).stream().filter(s -> !s.points().isEmpty()).toList());
    }

    private static Series training(History history, String name) {
        List<Point> steps = history.perStep(step -> step.train().getOrDefault(name, Double.NaN));
        return series(
                "Training",
                Mark.LINE,
                steps.isEmpty() ? history.perEpoch(e -> e.train().getOrDefault(name, Double.NaN)) : steps);
    }

    static double validation(Line.Epoch epoch, String name) {
        return epoch.validation().getOrDefault(name, Double.NaN);
    }

    static Series series(String name, Mark mark, List<Point> points) {
        return new Series(name, mark == Mark.LINE_AND_POINTS && points.size() > 60 ? Mark.LINE : mark, points);
    }
}
