package resnet4j.graph;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import resnet4j.array.DType;
import resnet4j.model.ClassificationNet;
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
    private final Function<Tensor, Tensor> logits, features, both;
    private final Lifetime lifetime;

    /** What the head of a network takes, by this name: an output of plans beside {@link Tracer#OUTPUT}. */
    static final String FEATURES = "features";

    /** {@code net}, which this takes over, in the {@link Way#best best} way for images [N,3,{@code height},{@code width}]. */
    public static Inference of(Layer net, Device device, Precision precision, int height, int width) {
        return of(Way.best(device), net, device, precision, 1, height, width);
    }

    /**
     * @param precision in which it computes as {@link Precision#on} the device
     * @param net   closed in the end, or at once for a plan, which takes its weights one by one for its own
     * @param batch the number of images that it is to be fastest for; any other is right
     * @param height the same of their pixels, as {@code width}; 0 where they are of any size
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
                var plan = Plan.consume(
                        net, here, net instanceof ClassificationNet, batch, 3, Tracer.side(height), Tracer.side(width));
                net.close();
                return new Inference(
                        here,
                        images -> answers(plan, images).get(Tracer.OUTPUT),
                        images -> answers(plan, images).get(FEATURES),
                        images -> {
                            var answers = answers(plan, images);
                            return behind(answers.get(Tracer.OUTPUT), answers.get(FEATURES));
                        },
                        plan::close);
            }
            net.channelsLast();
            net.to(device);
            Function<Tensor, Tensor> features =
                    net instanceof ClassificationNet classifier ? classifier::features : images -> null;
            Function<Tensor, Tensor> both = images -> behind(net.apply(images), features.apply(images));
            return new Inference(here, net::apply, features, both, net::close);
        } catch (RuntimeException | Error e) {
            net.close();
            throw e;
        }
    }

    private static Map<String, Tensor> answers(Plan plan, Tensor images) {
        return plan.run(Map.of(plan.inputs().get(0).name(), images));
    }

    private Inference(
            Precision precision,
            Function<Tensor, Tensor> logits,
            Function<Tensor, Tensor> features,
            Function<Tensor, Tensor> both,
            Runnable close) {
        this.precision = precision;
        this.logits = logits;
        this.features = features;
        this.both = both;
        lifetime = new Lifetime("the network", close);
    }

    /** Logits [N,K], F32, owned by the caller's scope. @throws IllegalStateException if it is closed */
    public Tensor run(Tensor images) {
        return run(logits, images);
    }

    /**
     * What the head decides by, [N,D], F32, owned by the caller's scope; of a head that takes maps, the mean of each.
     *
     * @throws IllegalStateException if the network is not made of a body and a head, or it is closed
     */
    public Tensor features(Tensor images) {
        return run(x -> rows(features.apply(x)), images);
    }

    /** Logits and, behind them, {@link #features}: [N,K+D], F32, owned by the caller's scope; in one pass of a plan. */
    public Tensor logitsAndFeatures(Tensor images) {
        return run(both, images);
    }

    private static Tensor behind(Tensor logits, Tensor features) {
        return Ops.cat(List.of(logits.to(DType.F32), rows(features).to(DType.F32)), 1);
    }

    private static Tensor rows(Tensor features) {
        if (features == null)
            throw new IllegalStateException("features: expected a network of a body and a head, got one without");
        return features.dim() == 4 ? Ops.globalAvgPool(features) : features;
    }

    private Tensor run(Function<Tensor, Tensor> network, Tensor images) {
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
