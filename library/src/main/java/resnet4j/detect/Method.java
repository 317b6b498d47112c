package resnet4j.detect;

import java.util.List;
import resnet4j.config.Checks;

/** How things are found on a feature pyramid. */
public sealed interface Method {
    PyramidDetector over(DetectorConfig config);

    /** What of its answers counts where nobody says otherwise: torchvision's numbers. */
    Limits limits();

    /** What is said of a thing besides its class and box. */
    enum Detail {
        NONE,
        /** Which pixels. He et al. 2017, arXiv:1703.06870. */
        MASKS,
        /** Where each of 17 points of a person is. The same, section 5. */
        KEYPOINTS
    }

    /**
     * Proposals first, then what is in each: Faster R-CNN and Mask R-CNN. Ren et al. 2015, arXiv:1506.01497.
     *
     * @param improved with convolutions and norms where the first version has neither: torchvision's {@code _v2}, Li et al.
     *                 2021, arXiv:2111.11429
     * @param hidden   numbers of each hidden layer that looks at a box
     * @param sampled  boxes of an image that the second half learns from in a step
     * @param anchors  sides of the squares that proposals start from, in pixels of the resized picture, for each of the
     *                 five maps from the finest: about as large as things are
     */
    record Regions(Detail detail, boolean improved, int hidden, int sampled, List<Integer> anchors) implements Method {
        private static final List<Integer> ANCHORS = List.of(32, 64, 128, 256, 512);

        public Regions {
            Checks.positive("hidden", hidden);
            Checks.positive("sampled", sampled);
            anchors = List.copyOf(anchors);
            if (anchors.size() != ANCHORS.size())
                throw new IllegalArgumentException(
                        "anchors: expected a side for each of " + ANCHORS.size() + " maps, got " + anchors);
            for (int side : anchors) Checks.between("anchors", 1, 1 << 13, side);
        }

        /** What a saved model of before does not say. */
        public Regions() {
            this(Detail.NONE, false);
        }

        /** torchvision's sizes. */
        public Regions(Detail detail, boolean improved) {
            this(detail, improved, 1024, 512, ANCHORS);
        }

        @Override
        public PyramidDetector over(DetectorConfig config) {
            return new Rcnn(config, this);
        }

        @Override
        public Limits limits() {
            return new Limits(0.05, 0.5, 100);
        }
    }

    /**
     * A class and a box at every place of every map. Lin et al. 2017, arXiv:1708.02002.
     *
     * @param improved with norms in the heads, and boxes that learn to overlap: torchvision's {@code _v2}, arXiv:1912.02424
     */
    record Dense(boolean improved) implements Method {
        @Override
        public PyramidDetector over(DetectorConfig config) {
            return new RetinaNet(config, improved);
        }

        @Override
        public Limits limits() {
            return new Limits(0.05, 0.5, 300);
        }
    }

    /** The same without boxes to start from: from places to the four sides. Tian et al. 2019, arXiv:1904.01355. */
    record Places() implements Method {
        @Override
        public PyramidDetector over(DetectorConfig config) {
            return new Fcos(config);
        }

        @Override
        public Limits limits() {
            return new Limits(0.2, 0.6, 100);
        }
    }
}
