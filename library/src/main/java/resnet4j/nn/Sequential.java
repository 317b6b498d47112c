package resnet4j.nn;

import java.util.List;
import java.util.Map;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** Layers in order, named 0, 1, 2... or as given; with no layers it is the identity. */
public final class Sequential extends Layer {
    private final List<Layer> layers;

    public Sequential(List<? extends Layer> layers) {
        this.layers = List.copyOf(layers);
        for (int i = 0; i < layers.size(); i++) child(Integer.toString(i), layers.get(i));
    }

    public Sequential(Layer... layers) {
        this(List.of(layers));
    }

    /** Layers under their own names, in the map's order. */
    public Sequential(Map<String, ? extends Layer> layers) {
        this.layers = List.copyOf(layers.values());
        layers.forEach(this::child);
    }

    /** What the first {@code n} layers make of x. */
    public Tensor first(int n, Tensor x) {
        return through(layers.subList(0, n), x);
    }

    public List<Layer> layers() {
        return layers;
    }

    @Override
    protected Tensor forward(Tensor x) {
        var checkpointing = Checkpointing.cutting(this);
        return checkpointing == null ? through(layers, x) : checkpointing.run(layers, x);
    }

    /** Layers in order. Where nobody listens, what is between them goes at once, as in {@link #apply}. */
    static Tensor through(List<Layer> layers, Tensor x) {
        boolean listened = !Ops.listeners().isEmpty();
        var first = x;
        for (var layer : layers) {
            var before = x;
            x = layer.apply(before);
            if (!listened && before != x && before != first) before.close();
        }
        return x;
    }
}
