package resnet4j.detect;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import resnet4j.graph.Graph;
import resnet4j.graph.Plan;
import resnet4j.graph.Tracer;
import resnet4j.image.Image;
import resnet4j.image.Windows;
import resnet4j.tensor.Device;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Precision;
import resnet4j.tensor.Tensor;

/**
 * A detector that only finds: what it computes between the steps that choose boxes is done by plans on a CPU, and layer by
 * layer on a GPU. Any number of threads may use it, until {@link #close}.
 */
public final class Finder implements AutoCloseable {
    private final DetectionNet net;
    private final Device device;
    private final Precision precision;
    private final Map<Part, Plan> plans = new EnumMap<>(Part.class);

    private Finder(DetectionNet net, Device device, Precision precision) {
        this.net = net;
        this.device = device;
        this.precision = precision.on(device);
    }

    /**
     * Of a network, which is used on a GPU; on a CPU plans have weights of their own.
     *
     * @param precision in which it computes as {@link Precision#on} the device
     */
    static Finder of(DetectionNet net, Device device, Precision precision) {
        return of(net, device, precision, Plan::compile);
    }

    /** The same of a network that nothing else needs, and that can then only be closed: plans take its weights over. */
    public static Finder consume(DetectionNet net, Device device, Precision precision) {
        return of(net, device, precision, Plan::consume);
    }

    /** The same of a network whose parts are these graphs, on a CPU. */
    static Finder of(DetectionNet net, Map<Part, Graph> parts) {
        var finder = new Finder(net, Device.CPU, Precision.FP32);
        try {
            parts.forEach((part, graph) -> finder.plans.put(part, Plan.compile(graph, finder.precision)));
            return finder;
        } catch (RuntimeException | Error e) {
            finder.close();
            throw e;
        }
    }

    private static Finder of(
            DetectionNet net, Device device, Precision precision, BiFunction<Graph, Precision, Plan> compiler) {
        net.train(false);
        var finder = new Finder(net, device, precision);
        if (device.cuda()) {
            net.to(device);
            net.channelsLast();
            return finder;
        }
        try {
            net.config
                    .parts()
                    .forEach(
                            (part, shape) -> finder.plans.put(part, compiler.apply(net.graph(part, shape), precision)));
            return finder;
        } catch (RuntimeException | Error e) {
            finder.close();
            throw e;
        }
    }

    /** Layer by layer, in 32-bit floats: of a network that goes on learning, in evaluation mode meanwhile. */
    static Finder eager(DetectionNet net, Device device) {
        net.train(false);
        return new Finder(net, device, Precision.FP32);
    }

    private Map<String, Tensor> answers(Part part, Tensor in) {
        var plan = plans.get(part);
        return plan != null ? plan.run(Map.of(Tracer.INPUT, in)) : net.answers(part, in);
    }

    /** What is in each picture, surest first. */
    public List<List<Detection>> find(List<Image> pictures, Limits limits) {
        try (var mode = Ops.precision(plans.isEmpty() ? precision : Precision.FP32)) {
            return net.detect(pictures, this::answers, limits, device);
        }
    }

    /** What is in a large picture, seen through windows and as a whole, surest first; limits hold for each of these. */
    public List<Detection> find(Image picture, Windows windows, Limits limits) {
        return Windowed.find(picture, windows, limits.overlap(), one -> find(List.of(one), limits)
                .get(0));
    }

    /** The mean of the pyramid's coarsest map. */
    public float[] features(Image picture) {
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad();
                var mode = Ops.precision(plans.isEmpty() ? precision : Precision.FP32)) {
            var maps = DetectionNet.list(answers(Part.PLACES, net.images(List.of(picture), device)), "maps");
            return Ops.globalAvgPool(maps.get(maps.size() - 1)).toFloats();
        }
    }

    @Override
    public void close() {
        plans.values().forEach(Plan::close);
    }
}
