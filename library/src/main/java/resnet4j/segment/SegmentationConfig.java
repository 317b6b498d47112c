package resnet4j.segment;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import resnet4j.config.Checks;
import resnet4j.config.Nearest;
import resnet4j.model.BackboneConfig;
import resnet4j.nn.Conv2d;
import resnet4j.nn.Lambda;
import resnet4j.nn.Layer;
import resnet4j.nn.Norm;
import resnet4j.nn.Sequential;

/**
 * All that decides a segmentation network's shape: {@code SegmentationConfig.named("deeplabv3_resnet50").build()}, or one
 * over any residual backbone, {@code SegmentationConfig.of(Head.FCN, BackboneConfig.of("resnet18").withOutputStride(8))}.
 *
 * @param backbone  torchvision's networks have an output stride of 8
 * @param classes   how many a pixel can have, the background among them; 21 of Pascal VOC in published weights
 * @param auxiliary whether the backbone's last level but one has an {@link Head#FCN} of its own, which helps it to train
 */
public record SegmentationConfig(Head head, BackboneConfig backbone, int classes, boolean auxiliary) {
    /** What makes classes of the deepest map. */
    public enum Head {
        /** Two convolutions. arXiv:1411.4038 */
        FCN {
            @Override
            Layer of(int in, int classes) {
                return FcnHead.of(in, classes);
            }
        },
        /** Atrous pyramid pooling. arXiv:1706.05587 */
        DEEPLABV3 {
            @Override
            Layer of(int in, int classes) {
                return new Sequential(
                        new AtrousPyramid(in, List.of(12, 24, 36)),
                        Conv2d.of(AtrousPyramid.CHANNELS, AtrousPyramid.CHANNELS, 3),
                        Norm.BATCH.of(AtrousPyramid.CHANNELS),
                        Lambda.relu(),
                        Conv2d.biased(AtrousPyramid.CHANNELS, classes, 1, 1));
            }
        };

        /** A layer from a map [N,in,H,W] to logits [N,classes,H,W]. */
        abstract Layer of(int in, int classes);
    }

    /** Pascal VOC's, and the background. */
    private static final int VOC = 21;

    private static final Map<String, SegmentationConfig> NAMED = named();

    public SegmentationConfig {
        Checks.classes(classes);
    }

    /** With VOC's 21 classes and no auxiliary head. */
    public static SegmentationConfig of(Head head, BackboneConfig backbone) {
        return new SegmentationConfig(head, backbone, VOC, false);
    }

    private static Map<String, SegmentationConfig> named() {
        var named = new LinkedHashMap<String, SegmentationConfig>();
        for (var head : Head.values())
            for (var network : List.of("resnet50", "resnet101"))
                named.put(
                        head.name().toLowerCase(Locale.ROOT) + "_" + network,
                        of(head, BackboneConfig.of(network).withOutputStride(8)));
        return Map.copyOf(named);
    }

    /** torchvision's names: {@code fcn_resnet50}, {@code deeplabv3_resnet101} and the other two. */
    public static List<String> names() {
        return NAMED.keySet().stream().sorted().toList();
    }

    /**
     * torchvision's network of that name, with 21 classes and no auxiliary head, as torchvision makes it without weights.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static SegmentationConfig named(String name) {
        var config = NAMED.get(name);
        if (config == null)
            throw new IllegalArgumentException("model: expected one of " + String.join(", ", names()) + ", got '" + name
                    + "'." + Nearest.hint(name, names()));
        return config;
    }

    public SegmentationConfig withClasses(int classes) {
        return new SegmentationConfig(head, backbone, classes, auxiliary);
    }

    public SegmentationConfig withAuxiliary(boolean auxiliary) {
        return new SegmentationConfig(head, backbone, classes, auxiliary);
    }

    /** A new network; its starting weights are torchvision's from the same seed. */
    public SegmentationNet build() {
        return new SegmentationNet(this);
    }
}
