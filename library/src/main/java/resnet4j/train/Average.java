package resnet4j.train;

import java.util.ArrayList;
import java.util.Map;
import resnet4j.array.DType;
import resnet4j.nn.Net;
import resnet4j.tensor.Tensor;
import resnet4j.tensor.Updates;

/**
 * A network that follows another: an exponential moving average of its weights and statistics, the slow weights of
 * lookahead, a momentum encoder. Owns the follower.
 */
public final class Average implements AutoCloseable {
    private final Net net, average;

    /** @param average of the same kind as {@code net}; becomes equal to it */
    public Average(Net net, Net average) {
        this.net = net;
        this.average = average;
        copy(net, average);
    }

    /** The follower. */
    public Net net() {
        return average;
    }

    /** Moves the follower to the weights and statistics of now, but for this share; counts are taken over. In a scope. */
    public void follow(double decay) {
        var from = new ArrayList<Tensor>();
        var to = new ArrayList<Tensor>();
        var averages = average.state();
        net.state().forEach((name, t) -> {
            if (t.dtype() != DType.F32) {
                averages.get(name).set(t); // counts
                return;
            }
            from.add(t.detach());
            to.add(averages.get(name).detach());
        });
        Updates.lerp_(to, from, 1 - decay);
    }

    /** Sets the network that is followed to the follower. */
    public void pullBack() {
        copy(average, net);
    }

    private static void copy(Net from, Net to) {
        var target = to.state();
        from.state().forEach((name, t) -> target.get(name).set(t));
    }

    /** The follower's tensors, to be saved and set. */
    public Map<String, Tensor> state() {
        return average.state();
    }

    @Override
    public void close() {
        average.close();
    }
}
