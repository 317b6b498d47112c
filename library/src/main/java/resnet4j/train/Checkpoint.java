package resnet4j.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import resnet4j.config.Records;
import resnet4j.data.Skipped;
import resnet4j.model.NetWeights;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Tensor;
import resnet4j.weights.SafeTensors;

/**
 * What a run goes on from, bit for bit: every tensor that steps change, and the place in the run.
 *
 * @param recipe     the run's
 * @param dataDigest of its training pictures
 */
record Checkpoint(Map<String, Tensor> tensors, Recipe recipe, String dataDigest, Position position) {

    /**
     * A place between two updates. There is no random state: random choices are functions of the seed and the place.
     *
     * @param epoch     complete epochs
     * @param batch     batches done of the next one, unreadable ones among them
     * @param step      updates done
     * @param sums      of the losses and of what else is counted, over this epoch's pictures so far
     * @param seen      this epoch's training pictures so far
     * @param skipped   this epoch's pictures so far that could not be read
     * @param best      the best score's headline so far; absent while nothing held out has been measured
     * @param bestEpoch the epoch that had it
     * @param seconds   time spent
     */
    record Position(
            int epoch,
            int batch,
            long step,
            Map<String, Double> sums,
            long seen,
            List<Skipped> skipped,
            Optional<Double> best,
            int bestEpoch,
            double seconds) {
        static final Position START = new Position(0, 0, 0, Map.of(), 0, List.of(), Optional.empty(), 0, 0);

        Position {
            sums = Collections.unmodifiableMap(new LinkedHashMap<>(sums));
            skipped = List.copyOf(skipped);
        }

        /** After what is done before the first epoch, which counts as the first one or as none. */
        static Position of(Solved solved, double seconds) {
            var sums = new LinkedHashMap<String, Double>();
            solved.train().forEach((name, mean) -> sums.put(name, mean * solved.pictures()));
            return new Position(
                    solved.all() ? 0 : -1,
                    0,
                    0,
                    sums,
                    solved.pictures(),
                    solved.skipped(),
                    Optional.empty(),
                    0,
                    seconds);
        }

        /** After a batch, and perhaps an update. */
        Position after(
                int batch, boolean update, Map<String, Double> of, int size, List<Skipped> skipped, double seconds) {
            var sums = new LinkedHashMap<>(this.sums);
            of.forEach((name, value) -> sums.merge(name, value, Double::sum));
            return new Position(
                    epoch, batch, step + (update ? 1 : 0), sums, seen + size, skipped, best, bestEpoch, seconds);
        }

        /** With all that the epoch could not read. */
        Position with(List<Skipped> skipped) {
            return new Position(epoch, batch, step, sums, seen, skipped, best, bestEpoch, seconds);
        }

        /** At the beginning of the next epoch. */
        Position next(Optional<Double> best, int bestEpoch, double seconds) {
            return new Position(epoch + 1, 0, step, Map.of(), 0, List.of(), best, bestEpoch, seconds);
        }

        /** The means over this epoch's pictures so far. */
        Map<String, Double> means() {
            var means = new LinkedHashMap<String, Double>();
            sums.forEach((name, sum) -> means.put(name, sum / seen));
            return means;
        }

        /** Also as it was written when there were classifiers only. */
        private static Position read(String text) {
            if (!(Records.parse(text) instanceof ObjectNode json && json.has("lossSum")))
                return Records.read(text, Position.class);
            var sums = json.putObject("sums");
            sums.set("loss", json.remove("lossSum"));
            sums.set("accuracy", json.remove("correct"));
            if (json.get("best").asDouble() < 0) json.remove("best");
            return Records.read(json, Position.class);
        }
    }

    /** Replaces the file in one move. */
    void write(Path path) throws IOException {
        NetWeights.write(
                path,
                tensors,
                Map.of(
                        "format",
                        "resnet4j-checkpoint",
                        "recipe",
                        Records.line(recipe),
                        "data",
                        dataDigest,
                        "position",
                        Records.line(position)));
    }

    /**
     * Sets {@code tensors} to what {@code path} holds and gives the place in the run, of the same recipe on the same
     * training pictures.
     */
    static Position restore(Path path, Map<String, Tensor> tensors, Recipe recipe, String dataDigest)
            throws IOException {
        var file = SafeTensors.read(path);
        var begun = file.metadata().get("recipe"); // absent from older checkpoints
        if (begun != null) requireSame(path, Records.read(begun, Recipe.class), recipe);
        if (!file.tensors().keySet().equals(tensors.keySet())
                || !file.metadata().containsKey("position"))
            throw new IOException(path + ": expected a checkpoint of this run's recipe, got other tensors; start anew");
        if (!dataDigest.equals(file.metadata().get("data")))
            throw new IOException(path + ": the run was begun on other training pictures than these; go on with it on"
                    + " the same ones, or start anew");
        tensors.forEach((name, t) -> {
            try (var scope = new NativeScope()) {
                t.set(Tensor.of(file.tensors().get(name)));
            }
        });
        return Position.read(file.metadata().get("position"));
    }

    /** @throws IOException that names a field, if the recipe was edited since */
    private static void requireSame(Path path, Recipe begun, Recipe now) throws IOException {
        var before = Records.tree(begun);
        for (var field : Records.tree(now).properties())
            if (!field.getValue().equals(before.path(field.getKey())))
                throw new IOException(path.resolveSibling("recipe.json") + ": " + field.getKey() + " is "
                        + field.getValue() + ", and the run was begun with " + before.path(field.getKey())
                        + "; put it back, or start a new run with another --run");
    }
}
