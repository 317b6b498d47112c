package resnet4j.model;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import resnet4j.array.HostTensor;
import resnet4j.nn.Net;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Tensor;
import resnet4j.weights.Fit;
import resnet4j.weights.MismatchException;
import resnet4j.weights.SafeTensors;

/** The weights of a network out of it, and into it. */
public final class NetWeights {
    private static final System.Logger LOG = System.getLogger("resnet4j.model");

    private NetWeights() {}

    /** A copy of a network's weights in Java memory, by name. */
    public static Map<String, HostTensor> of(Net net) {
        var tensors = new LinkedHashMap<String, HostTensor>();
        net.state().forEach((name, t) -> tensors.put(name, t.toHost()));
        return tensors;
    }

    /** Writes a safetensors file of tensors, of which one at a time is copied into Java memory. */
    public static void write(Path path, Map<String, Tensor> tensors, Map<String, String> metadata) throws IOException {
        SafeTensors.write(path, specs(tensors), name -> tensors.get(name).toHost(), metadata);
    }

    private static Map<String, Fit.Spec> specs(Map<String, Tensor> tensors) {
        var specs = new LinkedHashMap<String, Fit.Spec>();
        tensors.forEach((name, t) -> specs.put(
                name, new Fit.Spec(t.dtype(), Arrays.stream(t.shape()).boxed().toList())));
        return specs;
    }

    /**
     * Overwrites all weights of a network with those of {@code tensors}, under whichever project's names they come.
     *
     * @throws IOException that lists every missing, unexpected and mis-shaped weight; nothing is changed then
     */
    public static void load(Net net, Map<String, HostTensor> tensors, String source) throws IOException {
        load(net, tensors, source, name -> false);
    }

    /** Overwrites a network's weights, but for heads that are for other classes: those stay as they are. */
    public static void loadBody(ClassificationNet net, Map<String, HostTensor> tensors, String source)
            throws IOException {
        var heads = net.heads().stream().map(head -> net.name(head) + ".").toList();
        load(net, tensors, source, name -> heads.stream().anyMatch(name::startsWith));
    }

    /** Overwrites a backbone's weights with those of a file of it, or of a classifier on it, whose head is left out. */
    public static void loadBackbone(Net backbone, Map<String, HostTensor> tensors, String source) throws IOException {
        load(backbone, tensors, source, name -> name.startsWith("fc."));
    }

    private static void load(Net net, Map<String, HostTensor> tensors, String source, Predicate<String> optional)
            throws IOException {
        var state = net.state();
        var expected = specs(state);
        Predicate<String> leftOut = net instanceof ClassificationNet classifier
                ? name -> optional.test(name) || classifier.architecture().leavesOut(name)
                : optional;
        try {
            var fit = Fit.to(expected, tensors, leftOut);
            if (!fit.others().isEmpty())
                LOG.log(
                        Level.INFO,
                        "{0}: took the weights under {1}; those under {2} would fit as well.",
                        source,
                        fit.prefix(),
                        String.join(", ", fit.others()));
            var broken = new ArrayList<String>();
            fit.tensors().forEach((name, host) -> {
                try (var scope = new NativeScope()) {
                    state.get(name).set(Tensor.of(host));
                    if (!state.get(name).isFinite()) broken.add(name);
                }
            });
            if (!broken.isEmpty())
                LOG.log(
                        Level.WARNING,
                        "{0}: {1} of {2} weights hold NaN or infinity, {3} first: answers will be no numbers.",
                        source,
                        broken.size(),
                        fit.tensors().size(),
                        broken.get(0));
        } catch (MismatchException e) {
            throw new IOException(source + ": " + e.getMessage(), e);
        } catch (InternalError e) { // what Java makes of a page of a mapped file that is no longer there
            throw new IOException(source + ": the file was shortened or removed while it was read; fetch it again", e);
        }
    }
}
