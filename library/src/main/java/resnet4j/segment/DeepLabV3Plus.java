package resnet4j.segment;

import java.util.List;
import resnet4j.config.Checks;
import resnet4j.model.ArchitectureType;
import resnet4j.model.Backbone;
import resnet4j.model.BackboneConfig;
import resnet4j.model.ClassificationNet;
import resnet4j.model.Models;
import resnet4j.nn.Conv2d;
import resnet4j.nn.Lambda;
import resnet4j.nn.Layer;
import resnet4j.nn.Sequential;
import resnet4j.tensor.Op.Interpolation;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * Atrous pyramid pooling of a residual network's deepest map, joined with an early map that still knows edges: from images
 * [N,3,H,W] to logits [N,classes,H,W]. Chen et al. 2018, arXiv:1802.02611, Figure 2, with the names of {@code
 * segmentation_models_pytorch}, which answers a little otherwise: it dilates the first block of the last stage too, and
 * aligns corners when it enlarges.
 *
 * @param encoder of an output stride of 8 or 16 in the paper
 * @param classes logits of each pixel
 */
public record DeepLabV3Plus(BackboneConfig encoder, int classes) implements PerPixel {
    private static final int EDGES = 48; // section 4.1
    private static final List<Integer> RATES = List.of(12, 24, 36);

    public DeepLabV3Plus {
        Checks.classes(classes);
    }

    /** With a residual network of the registry, {@code resnet50}, at an output stride of 16. */
    public static DeepLabV3Plus of(String encoder) {
        return new DeepLabV3Plus(BackboneConfig.of(encoder).withOutputStride(16), 2);
    }

    @Override
    public ClassificationNet build() {
        return new Network(this);
    }

    @Override
    public BackboneConfig body() {
        return encoder;
    }

    @Override
    public DeepLabV3Plus withClasses(int classes) {
        return new DeepLabV3Plus(encoder, classes);
    }

    /** So that the registry knows it and saved models of it open. */
    public static final class Type implements ArchitectureType {
        @Override
        public Class<DeepLabV3Plus> type() {
            return DeepLabV3Plus.class;
        }

        @Override
        public List<Models.Entry> entries() {
            return PerPixel.entries(
                    "deeplabv3plus",
                    512,
                    "arXiv:1802.02611",
                    DeepLabV3Plus::of,
                    "resnet18",
                    "resnet34",
                    "resnet50",
                    "resnet101");
        }
    }

    private static final class Network extends ClassificationNet {
        private final Backbone encoder;
        private final String deepest, early;
        private final Layer pyramid, edges, both, head;

        Network(DeepLabV3Plus c) {
            super(c);
            encoder = child("encoder", c.encoder.build());
            var levels = encoder.levels();
            var last = levels.get(levels.size() - 1);
            var first = levels.get(1); // after the stem's pooling: a quarter of the images' size
            deepest = last.path();
            early = first.path();
            int channels = AtrousPyramid.CHANNELS;
            var norm = c.encoder.network().norm().anew();
            pyramid = child(
                    "decoder.aspp",
                    new Sequential(
                            new AtrousPyramid(norm, last.channels(), RATES, true),
                            AtrousPyramid.separable(channels, channels, 1),
                            norm.of(channels),
                            Lambda.relu()));
            edges = child(
                    "decoder.block1",
                    new Sequential(
                            norm.convolution(Conv2d.of(first.channels(), EDGES, 1)), norm.of(EDGES), Lambda.relu()));
            both = child(
                    "decoder.block2",
                    new Sequential(
                            AtrousPyramid.separable(EDGES + channels, channels, 1), norm.of(channels), Lambda.relu()));
            head = child("segmentation_head", new Sequential(Conv2d.biased(channels, c.classes, 1, 1)));
        }

        /** What the head takes, of a quarter of the images' size. */
        @Override
        public Tensor features(Tensor images) {
            var maps = encoder.maps(images, List.of(early, deepest));
            var fine = edges.apply(maps.get(early));
            var coarse = Ops.upsampleLike(pyramid.apply(maps.get(deepest)), fine, Interpolation.BILINEAR);
            return both.apply(Ops.cat(List.of(coarse, fine), 1));
        }

        @Override
        public Layer head() {
            return head;
        }

        @Override
        protected Tensor logits(Tensor images) {
            return Ops.upsampleLike(super.logits(images), images, Interpolation.BILINEAR);
        }
    }
}
