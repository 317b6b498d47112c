package resnet4j.segment;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import resnet4j.config.Checks;
import resnet4j.model.ArchitectureType;
import resnet4j.model.BackboneConfig;
import resnet4j.model.ClassificationNet;
import resnet4j.model.Models;
import resnet4j.nn.Conv2d;
import resnet4j.nn.Lambda;
import resnet4j.nn.Norm;
import resnet4j.nn.Sequential;

/**
 * A residual backbone with a head on its deepest map, as torchvision builds them: {@code fcn_resnet50} is {@code new
 * SegmentationConfig(Head.FCN, BackboneConfig.of("resnet50").withOutputStride(8), 21, true)}.
 *
 * @param backbone  torchvision's networks have an output stride of 8
 * @param classes   how many a pixel can have, the background among them; 21 of Pascal VOC in published weights
 * @param auxiliary whether the backbone's last level but one has an {@link Head#FCN} of its own, which training adds
 */
public record SegmentationConfig(Head head, BackboneConfig backbone, int classes, boolean auxiliary)
        implements PerPixel {
    /** What makes classes of the deepest map. */
    public enum Head {
        /** Two convolutions. arXiv:1411.4038 */
        FCN("arXiv:1411.4038") {
            @Override
            Sequential of(Norm norm, int in, int classes) {
                return FcnHead.of(norm, in, classes);
            }
        },
        /** Atrous pyramid pooling. arXiv:1706.05587 */
        DEEPLABV3("arXiv:1706.05587") {
            @Override
            Sequential of(Norm norm, int in, int classes) {
                return new Sequential(
                        new AtrousPyramid(norm, in, List.of(12, 24, 36)),
                        norm.convolution(Conv2d.of(AtrousPyramid.CHANNELS, AtrousPyramid.CHANNELS, 3)),
                        norm.of(AtrousPyramid.CHANNELS),
                        Lambda.relu(),
                        Conv2d.biased(AtrousPyramid.CHANNELS, classes, 1, 1));
            }
        };

        private final String paper;

        Head(String paper) {
            this.paper = paper;
        }

        /** Layers from a map [N,in,H,W] to logits [N,classes,H,W], of which the last alone knows the classes. */
        abstract Sequential of(Norm norm, int in, int classes);

        /** The family of its networks. */
        String family() {
            return name().toLowerCase(Locale.ROOT);
        }

        String paper() {
            return paper;
        }
    }

    /** Pascal VOC's, and the background. */
    private static final int VOC = 21;

    private static final int EVALUATED = 520; // short sides in torchvision's evaluation

    public SegmentationConfig {
        Checks.classes(classes);
    }

    /** With an output stride of 8, VOC's 21 classes and an auxiliary head, as torchvision's published networks. */
    public static SegmentationConfig of(Head head, String backbone) {
        return new SegmentationConfig(head, BackboneConfig.of(backbone).withOutputStride(8), VOC, true);
    }

    @Override
    public SegmentationConfig withClasses(int classes) {
        return new SegmentationConfig(head, backbone, classes, auxiliary);
    }

    public SegmentationConfig withAuxiliary(boolean auxiliary) {
        return new SegmentationConfig(head, backbone, classes, auxiliary);
    }

    @Override
    public BackboneConfig body() {
        return backbone;
    }

    @Override
    public boolean leavesOut(String weight) {
        return !auxiliary && weight.startsWith(SegmentationNet.AUXILIARY + ".");
    }

    /** A new network; its starting weights are torchvision's from the same seed. */
    @Override
    public ClassificationNet build() {
        return new SegmentationNet(this);
    }

    /** So that the registry knows it and saved models of it open. */
    public static final class Type implements ArchitectureType {
        @Override
        public Class<SegmentationConfig> type() {
            return SegmentationConfig.class;
        }

        @Override
        public List<Models.Entry> entries() {
            var entries = new ArrayList<Models.Entry>();
            for (var head : Head.values())
                entries.addAll(PerPixel.entries(
                        head.family(),
                        EVALUATED,
                        head.paper(),
                        name -> of(head, name),
                        "resnet18",
                        "resnet34",
                        "resnet50",
                        "resnet101"));
            return entries;
        }
    }
}
