package resnet4j.graph;

import java.util.function.UnaryOperator;
import resnet4j.array.DType;
import resnet4j.nn.Layer;
import resnet4j.tensor.Device;
import resnet4j.tensor.Lifetime;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Precision;
import resnet4j.tensor.Tensor;

/**
 * A network that only answers, from normalised images [N,3,H,W] to logits in 32-bit floats: the one place that decides
 * how. Any number of threads may {@link #run} it. Owns the weights until {@link #close}.
 */
public final class Inference implements AutoCloseable {
    /** How a network is run. */
    public enum Way {
        /** Layer by layer, as in training. */
        EAGER,
        /** By a fused {@link Plan}, for CPUs. */
        PLAN;

        /** What is faster on {@code device}. */
        public static Way best(Device device) {
            return device.cuda() ? EAGER : PLAN;
        }
    }

    private final Precision precision;
    private final UnaryOperator<Tensor> network;
    private final Lifetime lifetime;

    /** {@code net}, which this takes over, in the {@link Way#best best} way for images [N,3,{@code height},{@code width}]. */
    public static Inference of(Layer net, Device device, Precision precision, int height, int width) {
        return of(Way.best(device), net, device, precision, 1, height, width);
    }

    /**
     * @param precision in which it computes as {@link Precision#on} the device
     * @param net   closed in the end, or at once for a plan, which takes its weights one by one for its own
     * @param batch the number of images that it is to be fastest for; any other is right
     * @throws IllegalArgumentException for a plan on a GPU
     */
    public static Inference of(
            Way way, Layer net, Device device, Precision precision, int batch, int height, int width) {
        try {
            if (way == Way.PLAN && device.cuda())
                throw new IllegalArgumentException("device: a plan is for a CPU, got " + device);
            net.train(false);
            var here = precision.on(device);
            if (way == Way.PLAN) {
                var plan = Plan.consume(net, here, batch, 3, height, width);
                net.close();
                return new Inference(here, plan::run, plan::close);
            }
            net.channelsLast();
            net.to(device);
            return new Inference(here, net::apply, net::close);
        } catch (RuntimeException | Error e) {
            net.close();
            throw e;
        }
    }

    private Inference(Precision precision, UnaryOperator<Tensor> network, Runnable close) {
        this.precision = precision;
        this.network = network;
        lifetime = new Lifetime("the network", close);
    }

    /** Logits [N,K], F32, owned by the caller's scope. @throws IllegalStateException if it is closed */
    public Tensor run(Tensor images) {
        lifetime.enter();
        try (var noGrad = Ops.noGrad();
                var mode = Ops.precision(precision)) {
            return network.apply(images).to(DType.F32);
        } finally {
            lifetime.leave();
        }
    }

    /** Refuses later calls, and frees the weights when those that run are done. */
    @Override
    public void close() {
        lifetime.close();
    }
}
