package resnet4j.nn;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import resnet4j.array.DType;
import resnet4j.tensor.Device;
import resnet4j.tensor.Tensor;

/** A named tree of parameters and buffers, which it owns. Full names equal torchvision's {@code state_dict} keys. */
public abstract class Net implements AutoCloseable {
    private final Map<String, Net> children = new LinkedHashMap<>();
    private final Map<String, Tensor> parameters = new LinkedHashMap<>();
    private final Map<String, Tensor> buffers = new LinkedHashMap<>();
    private boolean training = true, frozen;

    /** What nets being built on this thread own so far; null where nobody asks. */
    private static final ThreadLocal<List<Tensor>> OWNED = new ThreadLocal<>();

    /** What {@code build} gives. If it throws, as for a description that asks for too much, what it had made is freed. */
    public static <N extends Net> N whole(Supplier<N> build) {
        var outer = OWNED.get();
        var owned = new ArrayList<Tensor>();
        OWNED.set(owned);
        try {
            var net = build.get();
            if (outer != null) outer.addAll(owned);
            return net;
        } catch (RuntimeException | Error e) {
            owned.forEach(Tensor::close);
            throw e;
        } finally {
            OWNED.set(outer);
        }
    }

    private static Tensor owned(Tensor t) {
        if (OWNED.get() != null) OWNED.get().add(t);
        return t.own();
    }

    protected final <N extends Net> N child(String name, N net) {
        if (children.putIfAbsent(name, net) != null)
            throw new IllegalArgumentException(getClass().getSimpleName() + " has two children named " + name);
        return net;
    }

    /** A child whose children go by their own names, as if they were this net's: a part that has no name by itself. */
    protected final <N extends Net> N adopt(N part) {
        return child("", part);
    }

    /** Weights that training changes. The net owns {@code t} from here on. */
    protected final Tensor parameter(String name, Tensor t) {
        parameters.put(name, owned(t).requireGrad(true));
        return t;
    }

    /** Numbers that are saved and not trained. The net owns {@code t} from here on. */
    protected final Tensor buffer(String name, Tensor t) {
        buffers.put(name, owned(t));
        return t;
    }

    /** Whether layers behave as in training: batch statistics, dropout, stochastic depth. */
    public final boolean training() {
        return training;
    }

    public final void train(boolean on) {
        each(net -> net.training = on);
    }

    /** Keeps the weights of this tree as they are: they are saved as before, and are no {@link #parameters} any more. */
    public final void freeze() {
        each(net -> {
            net.frozen = true;
            net.parameters.values().forEach(t -> t.requireGrad(false));
        });
    }

    /** Trained tensors by full name, in declaration order; one that several layers share comes once, at its first place. */
    public final Map<String, Tensor> parameters() {
        var all = new LinkedHashMap<String, Tensor>();
        var seen = Collections.newSetFromMap(new IdentityHashMap<Tensor, Boolean>());
        visit(
                "",
                (name, t) -> {
                    if (seen.add(t)) all.put(name, t);
                },
                (n, t) -> {});
        return all;
    }

    /** Parameters and buffers by full name, in the order of PyTorch's {@code state_dict}; shared ones at every place. */
    public final Map<String, Tensor> state() {
        var all = new LinkedHashMap<String, Tensor>();
        visit("", all::put, all::put);
        return all;
    }

    /** Children by name; those of an adopted one in its place. */
    final List<Net> children() {
        var all = new ArrayList<Net>();
        children.forEach((name, net) -> all.addAll(name.isEmpty() ? net.children() : List.of(net)));
        return all;
    }

    /** The tree's nets by full name, parents first; the root is the empty name. Adopted ones have none. */
    public final Map<String, Net> nets() {
        var all = new LinkedHashMap<String, Net>();
        walk("", all::putIfAbsent);
        return all;
    }

    /** The full name of every net of the tree; of one that is at several places, the first; of an adopted one, its owner's. */
    public final Map<Net, String> paths() {
        var paths = new IdentityHashMap<Net, String>();
        walk("", (path, net) -> paths.putIfAbsent(net, path));
        return paths;
    }

    /** The names of all trained weights, by the stages in which training may move them: most nets are one. */
    public List<List<String>> stages() {
        return List.of(List.copyOf(parameters().keySet()));
    }

    /** How many numbers training changes. */
    public final long parameterCount() {
        return parameters().values().stream().mapToLong(Tensor::elements).sum();
    }

    /**
     * Leaves weights the first numbers along each dimension, in place.
     *
     * @param shapes that weights are to have, by full name; those that are not named keep theirs
     */
    public final void narrow(Map<String, long[]> shapes) {
        state().forEach((name, t) -> {
            var shape = shapes.getOrDefault(name, t.shape());
            Init.take(shape);
            t.shrink(shape);
        });
    }

    /** Moves every weight, in place. */
    public final void to(Device device) {
        state().values().forEach(t -> t.moveTo(device));
    }

    /** Keeps the weights of convolutions in the memory order that CPUs and tensor cores prefer, in place. */
    public final void channelsLast() {
        state().values().stream()
                .filter(t -> t.dim() == 4 && t.dtype() == DType.F32)
                .forEach(Tensor::makeChannelsLast);
    }

    /** Frees the weights. */
    @Override
    public final void close() {
        state().values().forEach(Tensor::close);
    }

    private void each(Consumer<Net> action) {
        walk("", (path, net) -> action.accept(net));
    }

    private void walk(String path, BiConsumer<String, Net> action) {
        action.accept(path, this);
        children.forEach((name, net) -> net.walk(joined(path, name), action));
    }

    private static String joined(String path, String name) {
        return path.isEmpty() || name.isEmpty() ? path + name : path + "." + name;
    }

    private void visit(String prefix, BiConsumer<String, Tensor> onParameter, BiConsumer<String, Tensor> onBuffer) {
        parameters.forEach((name, t) -> (frozen ? onBuffer : onParameter).accept(prefix + name, t));
        buffers.forEach((name, t) -> onBuffer.accept(prefix + name, t));
        children.forEach(
                (name, net) -> net.visit(name.isEmpty() ? prefix : prefix + name + ".", onParameter, onBuffer));
    }
}
