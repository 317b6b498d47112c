package resnet4j.train;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import resnet4j.data.DataSource;
import resnet4j.image.Target;
import resnet4j.run.Rate;
import resnet4j.tensor.Ops;

/** A search for the learning rate: a run whose rate grows at every step. Smith 2017, arXiv:1506.01186 section 3.3. */
public final class RateFinder {
    private static final double SMOOTH = 0.8;

    private RateFinder() {}

    /** From {@code low} to {@code high} in {@code steps} steps, or until the loss is four times its least. */
    public static List<Rate> search(
            Recipe recipe,
            DataSource<?> data,
            Trainer.Options options,
            double low,
            double high,
            int steps,
            Trainer.Log log)
            throws IOException {
        var task = recipe.learn().task(recipe, recipe.of(data), options.machine());
        try (var learner = new Learner<>(recipe, task);
                var mode = Ops.precision(recipe.precisionOn(options.device()))) {
            learner.solve(log::besides);
            return search(learner, low, high, steps, log);
        }
    }

    private static <T extends Target<T>> List<Rate> search(
            Learner<T> learner, double low, double high, int steps, Trainer.Log log) {
        var points = new ArrayList<Rate>();
        double smooth = 0, least = Double.MAX_VALUE;
        var loader = learner.task().loader();
        learner.begin(Integer.MAX_VALUE); // all stages that a gradual strategy comes to
        for (int epoch = 0; points.size() < steps; epoch++) {
            try (var batches = loader.epoch(epoch)) {
                for (var batch : batches) {
                    int n = points.size() + 1;
                    double lr = low * Math.pow(high / low, (n - 1.0) / (steps - 1));
                    var at = new Moment(epoch, n - 1, 0, 1, lr);
                    double loss = learner.step(batch, at, 1).get(Losses.TOTAL) / batch.size();
                    learner.update(at, 1);
                    smooth = SMOOTH * smooth + (1 - SMOOTH) * loss;
                    double mean = smooth / (1 - Math.pow(SMOOTH, n)); // arXiv:1412.6980 section 3
                    points.add(new Rate(lr, mean));
                    log.besides("rates", n, steps, "steps");
                    least = Math.min(least, mean);
                    if (n >= steps || mean > 4 * least) return points;
                }
            } catch (DivergedException e) {
                if (points.isEmpty()) throw e; // even the lowest rate is too high
                return points;
            }
        }
        return points;
    }

    /**
     * A tenth of the rate at which the loss begins to rise. A network that knows something already, as one whose head was
     * solved for, has no rate at which its loss falls fast.
     */
    public static double best(List<Rate> rates) {
        int least = 0;
        for (int i = 1; i < rates.size(); i++)
            if (rates.get(i).loss() < rates.get(least).loss()) least = i;
        double risen = rates.get(least).loss() + Math.max(0.2 * rates.get(0).loss(), 0.05);
        int rise = least;
        while (rise + 1 < rates.size() && rates.get(rise).loss() < risen) rise++;
        return rates.get(rise).lr() / 10;
    }
}
