package resnet4j.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import resnet4j.config.Records;
import resnet4j.tensor.HostTensor;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Tensor;
import resnet4j.weights.SafeTensors;

/** What a run goes on from, bit for bit: every tensor that steps change, and the place in the run. */
record Checkpoint(Map<String, Tensor> tensors, Position position) {

    /**
     * A place between two updates. There is no random state: random choices are functions of the seed and the place.
     *
     * @param epoch    complete epochs
     * @param batch    batches done of the next one
     * @param step     updates done
     * @param lossSum  sum of the losses of this epoch's pictures so far
     * @param correct  this epoch's training pictures that were classified right so far
     * @param seen     this epoch's training pictures so far
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
            double best,
            int bestEpoch,
            double seconds) {
        static final Position START = new Position(0, 0, 0, 0, 0, 0, -1, 0, 0);
    }

    /** Replaces the file in one move. @throws IOException if a weight is not finite: the file stays as it was */
    void write(Path path) throws IOException {
        var host = new LinkedHashMap<String, HostTensor>();
        for (var entry : tensors.entrySet()) {
            if (!entry.getValue().isFinite())
                throw new IOException(path + ": not written, because " + entry.getKey() + " is not finite after step "
                        + position.step() + "; the checkpoint before it stays");
            host.put(entry.getKey(), entry.getValue().toHost());
        }
        SafeTensors.write(path, host, Map.of("format", "resnet4j-checkpoint", "position", Records.line(position)));
    }

    /** Sets {@code tensors} to what {@code path} holds and gives the place in the run. */
    static Position restore(Path path, Map<String, Tensor> tensors) throws IOException {
        var file = SafeTensors.read(path);
        if (!file.tensors().keySet().equals(tensors.keySet())
                || !file.metadata().containsKey("position"))
            throw new IOException(path + ": expected a checkpoint of this run's recipe, got other tensors; start anew");
        tensors.forEach((name, t) -> {
            try (var scope = new NativeScope()) {
                t.set(Tensor.of(file.tensors().get(name)));
            }
        });
        return Records.read(file.metadata().get("position"), Position.class);
    }
}
