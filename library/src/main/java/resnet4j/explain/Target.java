package resnet4j.explain;

import java.util.List;
import java.util.Map;
import resnet4j.graph.Graph;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** What of a network's answer is explained: one number for each picture of a batch, that gradients go back from. */
public interface Target {
    /** The number, such as the class's logit: [N], of the graph's outputs by name. */
    Tensor score(Map<String, Tensor> outputs);

    /** How sure the network is of it, from 0 to 1: [N]. */
    Tensor probability(Map<String, Tensor> outputs);

    /** Whether the graph is about one picture alone, so that others go through it one after the other. */
    default boolean oneByOne() {
        return false;
    }

    /** @throws IllegalArgumentException if the graph has no such answer */
    default void requireOf(Graph graph) {}

    /** The score of one class of a picture: logits [N,classes]. */
    record OfClass(int index) implements Target {
        @Override
        public Tensor score(Map<String, Tensor> outputs) {
            return picked(only(outputs));
        }

        @Override
        public Tensor probability(Map<String, Tensor> outputs) {
            return picked(Ops.softmax(only(outputs), 1));
        }

        private Tensor picked(Tensor rows) {
            return Ops.sum(Ops.slice(rows, 1, index, index + 1, 1), List.of(1), false);
        }

        @Override
        public void requireOf(Graph graph) {
            requireClass(graph, index);
        }
    }

    /**
     * The score of one class at some pixels, added up: logits [N,classes,H,W]. pytorch-grad-cam's
     * {@code SemanticSegmentationTarget}; after Vinogradova et al. 2020, arXiv:2002.11434.
     *
     * @param where 1 for each pixel of the region, row by row, and 0 elsewhere
     */
    record OfRegion(int index, float[] where) implements Target {
        public OfRegion {
            boolean some = false;
            for (float pixel : where) some |= pixel != 0;
            if (!some) throw new IllegalArgumentException("region: expected at least one pixel, got none");
        }

        @Override
        public Tensor score(Map<String, Tensor> outputs) {
            return added(only(outputs));
        }

        /** The mean over the region. */
        @Override
        public Tensor probability(Map<String, Tensor> outputs) {
            double pixels = 0;
            for (float pixel : where) pixels += pixel;
            return Ops.affine(added(Ops.softmax(only(outputs), 1)), 1 / pixels, 0);
        }

        private Tensor added(Tensor maps) {
            var mask = Tensor.of(where, 1, 1, maps.size(2), maps.size(3));
            return Ops.sum(Ops.mul(Ops.slice(maps, 1, index, index + 1, 1), mask), List.of(1, 2, 3), false);
        }

        @Override
        public void requireOf(Graph graph) {
            requireClass(graph, index);
        }
    }

    /**
     * The score of one class of a box: logits [1,classes] of a graph that looks at one box of one picture.
     *
     * @param oneOfAll whether one of the classes is right, by softmax; otherwise each by itself
     */
    record OfBox(int index, boolean oneOfAll) implements Target {
        @Override
        public Tensor score(Map<String, Tensor> outputs) {
            return new OfClass(index).score(outputs);
        }

        @Override
        public Tensor probability(Map<String, Tensor> outputs) {
            return oneOfAll ? new OfClass(index).probability(outputs) : Ops.sigmoid(score(outputs));
        }

        @Override
        public boolean oneByOne() {
            return true;
        }
    }

    private static Tensor only(Map<String, Tensor> outputs) {
        return outputs.values().iterator().next();
    }

    private static void requireClass(Graph graph, int index) {
        long classes = graph.shape(graph.outputs().values().iterator().next()).get(1);
        if (index < 0 || index >= classes)
            throw new IllegalArgumentException("class: expected 0 to " + (classes - 1) + ", got " + index);
    }
}
