package resnet4j.selfsup;

import static resnet4j.tensor.Losses.crossEntropy;
import static resnet4j.tensor.Losses.scale;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import resnet4j.array.DType;
import resnet4j.config.Checks;
import resnet4j.data.Augment;
import resnet4j.data.Policy;
import resnet4j.eval.Inputs;
import resnet4j.tensor.Losses;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * What the network is sure of in a view that is little changed is the class of one that is changed much. Sohn et al. 2020,
 * arXiv:2001.07685, equations 3 and 4.
 *
 * @param labels     see {@link FewLabels}
 * @param unlabelled see {@link FewLabels}
 * @param ratio      see {@link FewLabels}; the paper's mu
 * @param threshold  probability from which on the network is sure; the paper's tau
 * @param weight     of pictures without labels in the loss
 * @param strong     what the second view goes through besides what pictures with labels do
 */
public record FixMatch(
        int labels, Optional<String> unlabelled, int ratio, double threshold, double weight, List<Augment> strong)
        implements FewLabels {
    /** The paper's, whose Cutout is an erased square of a quarter of the picture. */
    public FixMatch() {
        this(0, Optional.empty(), 7, 0.95, 1, List.of(new Policy.RandAugment(), new Augment.Erase(1, 0.02, 0.25)));
    }

    public FixMatch {
        FewLabels.check(labels, unlabelled, ratio, weight);
        Checks.chance("threshold", threshold);
        strong = List.copyOf(strong);
        if (strong.isEmpty())
            throw new IllegalArgumentException(
                    "strong: expected changes, as without them both views are the same, got none; leave it out");
    }

    @Override
    public double weight(double progress) {
        return weight;
    }

    @Override
    public List<List<Augment>> views(List<Augment> weak) {
        var both = new ArrayList<>(weak);
        both.addAll(strong);
        return List.of(weak, both);
    }

    @Override
    public Optional<Said> said(List<Tensor> logits) {
        return sure(logits.get(0), logits.get(1), threshold);
    }

    /**
     * The cross entropy of one view with the classes that the other is sure of, from a probability of {@code threshold} on.
     *
     * @param guessing [N,K], without gradients here
     * @param guessed  [N,K]
     */
    static Optional<Said> sure(Tensor guessing, Tensor guessed, double threshold) {
        int n = (int) guessing.size(0), k = (int) guessing.size(1), used = 0;
        var probabilities = Ops.softmax(guessing.detach().to(DType.F32), 1).toFloats();
        var classes = new int[n];
        Arrays.fill(classes, Losses.IGNORED);
        for (int i = 0; i < n; i++) {
            int best = i * k;
            for (int j = best; j < (i + 1) * k; j++) if (probabilities[j] > probabilities[best]) best = j;
            if (probabilities[best] < threshold) continue;
            classes[i] = best - i * k;
            used++;
        }
        if (used == 0) return Optional.empty();
        var ofSure = crossEntropy(guessed, Inputs.labels(classes, guessed.device()), null, 0, Losses.IGNORED);
        return Optional.of(new Said(scale(ofSure, (double) used / n), used));
    }
}
