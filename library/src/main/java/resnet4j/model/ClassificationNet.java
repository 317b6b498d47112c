package resnet4j.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Supplier;
import resnet4j.nn.Layer;
import resnet4j.nn.Net;
import resnet4j.tensor.Tensor;

/** A network from normalised images [N,3,H,W] to logits [N,classes]: a body, and a head that knows the classes. */
public abstract class ClassificationNet extends Layer {
    private final Architecture architecture;

    protected ClassificationNet(Architecture architecture) {
        this.architecture = architecture;
    }

    /** What this network was built from. */
    public final Architecture architecture() {
        return architecture;
    }

    /** Normalised images [N,3,H,W] to what the head takes; [N,D] in most networks. */
    public abstract Tensor features(Tensor images);

    /** The part that is replaced when the classes change. */
    public abstract Layer head();

    /**
     * Sets what is not trained and depends on the pictures, before training from random weights; most networks have
     * nothing of the kind, and do not ask for the images.
     *
     * @param images gives training images, normalised [N,3,H,W], of the scope that this is called in
     */
    public void calibrate(Supplier<Tensor> images) {}

    /** All parts that know the classes: {@link #head}, then the last layers of auxiliary heads. */
    public List<Layer> heads() {
        return List.of(head());
    }

    /**
     * Logits with their share in the loss.
     *
     * @param logits [N,classes]
     * @param weight the factor of their loss; 1 for the head's
     */
    public record Output(Tensor logits, double weight) {}

    /** What training compares with the labels: the head's logits, then those of auxiliary heads if there are any. */
    public List<Output> outputs(Tensor images) {
        return List.of(new Output(apply(images), 1));
    }

    /** The head's answer to the features. */
    protected Tensor logits(Tensor images) {
        return head().apply(features(images));
    }

    @Override
    protected final Tensor forward(Tensor images) {
        architecture.requireInput(images.size(2), images.size(3));
        return logits(images);
    }

    /**
     * From the head down to the stem: what fine-tuning unfreezes in turn. A stage is a child of the network, or a child of
     * its {@code features}.
     */
    @Override
    public final List<List<String>> stages() {
        var stages = new LinkedHashMap<String, List<String>>();
        var head = name(head()) + ".";
        var names = new ArrayList<>(parameters().keySet());
        Collections.reverse(names);
        stages.put("head", new ArrayList<>());
        for (var name : names) {
            var path = name.split("\\.");
            var stage = path[0].equals("features") ? path[0] + "." + path[1] : path[0];
            stages.computeIfAbsent(name.startsWith(head) ? "head" : stage, key -> new ArrayList<>())
                    .add(name);
        }
        return List.copyOf(stages.values());
    }

    /** The full name of a net in this tree. */
    public final String name(Net net) {
        for (var entry : nets().entrySet()) if (entry.getValue() == net) return entry.getKey();
        throw new IllegalArgumentException("net: expected a part of this network");
    }
}
