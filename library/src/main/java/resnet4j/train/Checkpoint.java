package resnet4j.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import resnet4j.config.Records;
import resnet4j.data.Skipped;
import resnet4j.tensor.HostTensor;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Tensor;
import resnet4j.weights.SafeTensors;

/** What a run goes on from, bit for bit: every tensor that steps change, and the place in the run. */
record Checkpoint(Map<String, Tensor> tensors, String dataDigest, Position position) {

    /**
     * A place between two updates. There is no random state: random choices are functions of the seed and the place.
     *
     * @param epoch    complete epochs
     * @param batch    batches done of the next one, unreadable ones among them
     * @param step     updates done
     * @param lossSum  sum of the losses of this epoch's pictures so far
     * @param correct  this epoch's training pictures that were classified right so far
     * @param seen     this epoch's training pictures so far
     * @param skipped  this epoch's pictures so far that could not be read
     * @param best     best validation accuracy so far, or -1
     * @param bestEpoch the epoch that had it
     * @param seconds  time spent
     */
    record Position(
            int epoch,
            int batch,
            long step,
            double lossSum,
            long correct,
            long seen,
            List<Skipped> skipped,
            double best,
            int bestEpoch,
            double seconds) {
        static final Position START = new Position(0, 0, 0, 0, 0, 0, List.of(), -1, 0, 0);
    }

    /** Replaces the file in one move. */
    void write(Path path) throws IOException {
        var host = new LinkedHashMap<String, HostTensor>();
        tensors.forEach((name, t) -> host.put(name, t.toHost()));
        SafeTensors.write(
                path,
                host,
                Map.of("format", "resnet4j-checkpoint", "data", dataDigest, "position", Records.line(position)));
    }

    /** Sets {@code tensors} to what {@code path} holds and gives the place in the run, on the same training pictures. */
    static Position restore(Path path, Map<String, Tensor> tensors, String dataDigest) throws IOException {
        var file = SafeTensors.read(path);
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
        return Records.read(file.metadata().get("position"), Position.class);
    }
}
