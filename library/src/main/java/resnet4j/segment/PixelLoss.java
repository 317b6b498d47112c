package resnet4j.segment;

import resnet4j.config.Checks;
import resnet4j.image.LabelMap;
import resnet4j.tensor.Losses;
import resnet4j.tensor.PixelLosses;
import resnet4j.tensor.Tensor;

/** How far the logits of pixels are from their classes: a part of a segmentation's loss. */
public sealed interface PixelLoss {
    /**
     * A scalar.
     *
     * @param logits    [N,classes,H,W]
     * @param labels    [N,H,W] int64; those of 255 do not count
     * @param weights   of the classes, [classes], or null
     * @param smoothing share of the target spread over all classes, where the loss has targets
     */
    Tensor of(Tensor logits, Tensor labels, Tensor weights, double smoothing);

    /** The factor in a sum. */
    double share();

    /** Mean cross entropy of softmax. */
    record CrossEntropy(double share) implements PixelLoss {
        public CrossEntropy {
            Checks.atLeast("share", 0, share);
        }

        public CrossEntropy() {
            this(1);
        }

        @Override
        public Tensor of(Tensor logits, Tensor labels, Tensor weights, double smoothing) {
            return Losses.crossEntropy(logits, labels, weights, smoothing, LabelMap.IGNORED);
        }
    }

    /** One minus Dice's coefficient, over a batch. Milletari et al. 2016, arXiv:1606.04797, section 3. */
    record Dice(double share) implements PixelLoss {
        public Dice {
            Checks.atLeast("share", 0, share);
        }

        public Dice() {
            this(1);
        }

        @Override
        public Tensor of(Tensor logits, Tensor labels, Tensor weights, double smoothing) {
            return PixelLosses.dice(logits, labels, weights, LabelMap.IGNORED);
        }
    }

    /** A surface below which lies one minus the intersection over union. Berman et al. 2018, arXiv:1705.08790. */
    record Lovasz(double share) implements PixelLoss {
        public Lovasz {
            Checks.atLeast("share", 0, share);
        }

        public Lovasz() {
            this(1);
        }

        @Override
        public Tensor of(Tensor logits, Tensor labels, Tensor weights, double smoothing) {
            return PixelLosses.lovasz(logits, labels, weights, LabelMap.IGNORED);
        }
    }

    /**
     * Mean cross entropy of softmax, where pixels of class 0 count more in the gaps between things. Ronneberger et al. 2015,
     * arXiv:1505.04597, equation 2. See {@link Gaps}.
     *
     * @param weight of a gap of no width beside a class's 1; w0
     * @param sigma  how wide gaps are, in pixels
     */
    record Borders(double share, double weight, double sigma) implements PixelLoss {
        public Borders {
            Checks.atLeast("share", 0, share);
            Checks.atLeast("weight", 0, weight);
            Checks.between("sigma", 0.5, 50, sigma);
        }

        public Borders() {
            this(1, 10, 5);
        }

        @Override
        public Tensor of(Tensor logits, Tensor labels, Tensor weights, double smoothing) {
            int height = (int) labels.size(1), width = (int) labels.size(2);
            var gaps = new Gaps(height, width, weight, sigma).of(labels.toLongs());
            var more = Tensor.of(gaps, labels.size(0), height, width).to(labels.device());
            return PixelLosses.crossEntropy(logits, labels, weights, more, smoothing, LabelMap.IGNORED);
        }
    }

    /**
     * Binary cross entropy of each class's sigmoid, less where it is nearly right. Lin et al. 2017, arXiv:1708.02002.
     *
     * @param gamma how much less
     */
    record Focal(double share, double gamma) implements PixelLoss {
        public Focal {
            Checks.atLeast("share", 0, share);
            Checks.between("gamma", 0, 10, gamma);
        }

        public Focal() {
            this(1, 2);
        }

        @Override
        public Tensor of(Tensor logits, Tensor labels, Tensor weights, double smoothing) {
            return PixelLosses.focal(logits, labels, weights, gamma, LabelMap.IGNORED);
        }
    }
}
