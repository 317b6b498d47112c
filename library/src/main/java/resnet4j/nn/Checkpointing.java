package resnet4j.nn;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * One training step that keeps few activations: each sequence of n layers is cut into segments of about sqrt(n), of
 * which only the inputs are kept, and the backward pass runs one segment at a time again. Memory grows with sqrt(n), for
 * the time of one more forward pass. Gradients, running statistics and random numbers are those of the plain step. Chen
 * et al. 2016, arXiv:1604.06174, section 4.1.
 *
 * <p>The sequences are the {@link Sequential}s right below a network and those right inside them: stages of blocks.
 * Everything else keeps its activations. One {@link #backward} per step, inside one {@link NativeScope}.
 */
public final class Checkpointing implements AutoCloseable {
    private static final ThreadLocal<Checkpointing> CURRENT = new ThreadLocal<>();

    /** {@code out} is a leaf of the graph: the history between it and {@code in} is made in the backward pass. */
    private record Segment(List<Layer> layers, Tensor in, Tensor out, Tensor randomState) {}

    private final Checkpointing before = CURRENT.get();
    private final Set<Sequential> sequences;
    private final Deque<Segment> segments = new ArrayDeque<>();
    private boolean again;

    private Checkpointing(Set<Sequential> sequences) {
        this.sequences = sequences;
        CURRENT.set(this);
    }

    /** Begins a step of this network on this thread, which ends with {@link #close}; where not {@code on}, a plain one. */
    public static Checkpointing of(Net net, boolean on) {
        return new Checkpointing(on ? sequences(net).collect(Collectors.toSet()) : Set.of());
    }

    /** Whether there is anything in a network that its steps can compute again. */
    public static boolean fits(Net net) {
        return sequences(net).findAny().isPresent();
    }

    private static Stream<Sequential> sequences(Net net) {
        return net.children().stream()
                .filter(Sequential.class::isInstance)
                .map(Sequential.class::cast)
                .flatMap(sequence -> Stream.concat(Stream.of(sequence), sequences(sequence)));
    }

    /** The step that is to run {@code sequence} in segments, or null. */
    static Checkpointing cutting(Sequential sequence) {
        var step = CURRENT.get();
        return step != null && step.sequences.contains(sequence) ? step : null;
    }

    /** Whether this thread runs layers that it has run before in this step: what they count has been counted. */
    static boolean again() {
        var step = CURRENT.get();
        return step != null && step.again;
    }

    /** Layers in order, in segments. */
    Tensor run(List<Layer> layers, Tensor x) {
        boolean nested = layers.stream().anyMatch(sequences::contains);
        int length = nested ? 1 : (int) Math.ceil(Math.sqrt(layers.size()));
        for (int i = 0; i < layers.size(); i += length) {
            var segment = layers.subList(i, Math.min(i + length, layers.size()));
            x = sequences.contains(segment.get(0)) ? segment.get(0).apply(x) : first(segment, x);
        }
        return x;
    }

    private Tensor first(List<Layer> layers, Tensor x) {
        boolean learns = x.requiresGrad()
                || layers.stream()
                        .flatMap(layer -> layer.parameters().values().stream())
                        .anyMatch(Tensor::requiresGrad);
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            var randomState = Ops.randomState(x.device()).own();
            var out = Sequential.through(layers, x).detach().own().requireGrad(learns);
            segments.add(new Segment(layers, x.own(), out, randomState));
            return out;
        }
    }

    /** {@link Tensor#backward()} of a loss that was computed in this step. */
    public void backward(Tensor loss) {
        var device = loss.device();
        var after = Ops.randomState(device);
        loss.backward();
        again = true;
        while (!segments.isEmpty()) {
            var segment = segments.removeLast();
            try (var scope = new NativeScope()) {
                var gradient = segment.out.grad(); // of all that came after it
                if (gradient != null) {
                    Ops.setRandomState(segment.randomState, device);
                    Sequential.through(segment.layers, segment.in).backward(gradient);
                }
            }
            free(segment);
        }
        again = false;
        Ops.setRandomState(after, device);
    }

    private static void free(Segment segment) {
        segment.in.close();
        segment.out.close();
        segment.randomState.close();
    }

    @Override
    public void close() {
        segments.forEach(Checkpointing::free);
        if (before == null) CURRENT.remove();
        else CURRENT.set(before);
    }
}
