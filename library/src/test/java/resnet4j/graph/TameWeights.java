package resnet4j.graph;

import resnet4j.nn.Net;
import resnet4j.tensor.Fill;

/** Weights with which no number vanishes or grows without bound, however deep the network, and no two norms are alike. */
public final class TameWeights {
    private TameWeights() {}

    public static void fill(Net net) {
        net.state().forEach((name, t) -> {
            if (t.dim() == 0) return; // counts of batches
            if (t.dim() > 1) Fill.normal(t, 0, Math.sqrt(1.5 * t.size(0) / t.elements())); // fan-in
            else if (name.endsWith("running_var")) Fill.uniform(t, 0.5, 1.5);
            else if (name.endsWith("weight")) Fill.uniform(t, 0.5, 0.9);
            else Fill.uniform(t, -0.2, 0.2);
        });
    }
}
