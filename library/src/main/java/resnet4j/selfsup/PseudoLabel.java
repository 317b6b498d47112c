package resnet4j.selfsup;

import java.util.List;
import java.util.Optional;
import resnet4j.config.Checks;
import resnet4j.data.Augment;
import resnet4j.tensor.Tensor;

/**
 * The class that the network holds most probable of a picture without a label is learned as if it were its label, the more
 * the longer it has learned. Lee 2013, "Pseudo-Label: the simple and efficient semi-supervised learning method", equations
 * 15 and 16.
 *
 * @param labels     see {@link FewLabels}
 * @param unlabelled see {@link FewLabels}
 * @param ratio      see {@link FewLabels}
 * @param weight     of pictures without labels in the loss, in the end
 * @param from       share of the run before which they do not count
 * @param to         share from which on they count in full
 */
public record PseudoLabel(int labels, Optional<String> unlabelled, int ratio, double weight, double from, double to)
        implements FewLabels {
    /** The paper's: from its 100th to its 600th epoch, here as shares. */
    public PseudoLabel() {
        this(0, Optional.empty(), 7, 3, 0.1, 0.6);
    }

    public PseudoLabel {
        FewLabels.check(labels, unlabelled, ratio, weight);
        Checks.between("from", 0, 1, from);
        Checks.between("to", from, 1, to);
    }

    @Override
    public double weight(double progress) {
        if (progress < from) return 0;
        return progress < to ? weight * (progress - from) / (to - from) : weight;
    }

    @Override
    public List<List<Augment>> views(List<Augment> weak) {
        return List.of(weak);
    }

    @Override
    public Optional<Said> said(List<Tensor> logits) {
        return FixMatch.sure(logits.get(0), logits.get(0), 0);
    }
}
