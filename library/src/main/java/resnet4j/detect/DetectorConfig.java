package resnet4j.detect;

import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import resnet4j.compress.Groups;
import resnet4j.config.Checks;
import resnet4j.detect.Method.Detail;
import resnet4j.model.Architecture;
import resnet4j.model.ArchitectureType;
import resnet4j.model.BackboneConfig;
import resnet4j.model.ClassificationNet;
import resnet4j.nn.Init;
import resnet4j.nn.Norm;

/**
 * All that decides a detector.
 *
 * @param channels of every map of the pyramid
 * @param sizes    how it resizes pictures
 * @param classes  with background, which is 0
 * @param widths   how many channels are left of what layers have, where some were cut: see {@link Groups#widths}
 */
public record DetectorConfig(
        Method method,
        BackboneConfig backbone,
        int channels,
        Sizes sizes,
        int classes,
        Optional<Map<String, Integer>> widths)
        implements Architecture {
    /** As many proposals, and things, as a picture may have. */
    private static final int MANY = 1000, SOME = 16;

    public DetectorConfig {
        Checks.classes(classes);
        Checks.positive("channels", channels);
        if (classes < 2)
            throw new IllegalArgumentException(
                    "classes: expected at least 2, of which the first is background, got " + classes);
        if (backbone.network().stages().size() != 4)
            throw new IllegalArgumentException(
                    "backbone: expected a residual network of 4 stages, such as resnet18, got "
                            + backbone.network().stages().size());
        if (channels % 32 != 0)
            throw new IllegalArgumentException("channels: expected a multiple of 32, got " + channels);
        widths = widths.map(all -> Collections.unmodifiableMap(new LinkedHashMap<>(all)));
    }

    /** With all of their channels. */
    public DetectorConfig(Method method, BackboneConfig backbone, int channels, Sizes sizes, int classes) {
        this(method, backbone, channels, sizes, classes, Optional.empty());
    }

    /** torchvision's published detectors of its first generation add nothing to variances, but for FCOS. */
    private static Norm frozen(Method method) {
        return new Norm.FrozenBatch(method instanceof Method.Places ? 1e-5 : 0);
    }

    private static DetectorConfig published(Method method, boolean trained, int classes) {
        var backbone = BackboneConfig.of("resnet50").withNorm(trained ? Norm.BATCH : frozen(method));
        return new DetectorConfig(method, backbone, 256, new Sizes(800, 1333), classes);
    }

    /** torchvision's, by name, as their weights were published: with frozen norms where theirs are. */
    public static Map<String, DetectorConfig> published() {
        var all = new LinkedHashMap<String, DetectorConfig>();
        all.put("fasterrcnn_resnet50_fpn", published(new Method.Regions(Detail.NONE, false), false, 91));
        all.put("fasterrcnn_resnet50_fpn_v2", published(new Method.Regions(Detail.NONE, true), true, 91));
        all.put("maskrcnn_resnet50_fpn", published(new Method.Regions(Detail.MASKS, false), false, 91));
        all.put("maskrcnn_resnet50_fpn_v2", published(new Method.Regions(Detail.MASKS, true), true, 91));
        all.put("retinanet_resnet50_fpn", published(new Method.Dense(false), false, 91));
        all.put("retinanet_resnet50_fpn_v2", published(new Method.Dense(true), true, 91));
        all.put("fcos_resnet50_fpn", published(new Method.Places(), false, 91));
        all.put(
                "keypointrcnn_resnet50_fpn",
                published(new Method.Regions(Detail.KEYPOINTS, false), false, 2)
                        .withSizes(new Sizes(
                                IntStream.range(0, 6)
                                        .mapToObj(i -> 640 + 32 * i)
                                        .toList(),
                                1333)));
        return all;
    }

    public DetectorConfig withBackbone(BackboneConfig backbone) {
        return new DetectorConfig(method, backbone, channels, sizes, classes, widths);
    }

    public DetectorConfig withSizes(Sizes sizes) {
        return new DetectorConfig(method, backbone, channels, sizes, classes, widths);
    }

    @Override
    public DetectorConfig withClasses(int classes) {
        return new DetectorConfig(method, backbone, channels, sizes, classes, widths);
    }

    DetectorConfig withWidths(Map<String, Integer> widths) {
        return new DetectorConfig(method, backbone, channels, sizes, classes, Optional.of(widths));
    }

    /** What it says of a thing besides its class and box. */
    Detail detail() {
        return method instanceof Method.Regions regions ? regions.detail() : Detail.NONE;
    }

    @Override
    public ClassificationNet build() {
        return net();
    }

    /** A new network; its starting weights are drawn from the generator that {@code Ops.seed} seeds. */
    public PyramidDetector net() {
        if (widths.isEmpty()) return method.over(this);
        PyramidDetector net;
        try (var outlines = Init.outlines()) {
            net = method.over(this);
        }
        net.cutTo(widths.get());
        return net;
    }

    /** The parts of its networks, with a shape of the input of each that is like those to come. */
    Map<Part, long[]> parts() {
        int height = sizes.min().get(sizes.min().size() - 1);
        int width = Math.min(4 * height / 3, Math.max(height, sizes.max()));
        var all = new EnumMap<Part, long[]>(Part.class);
        all.put(Part.PLACES, new long[] {1, 3, ImageBatch.padded(height), ImageBatch.padded(width)});
        if (!(method instanceof Method.Regions)) return all;
        all.put(Part.BOXES, new long[] {MANY, channels, RoiHeads.SIDE, RoiHeads.SIDE});
        int side = BoxDetail.POOL.side();
        if (detail() != Detail.NONE) all.put(Part.DETAIL, new long[] {SOME, channels, side, side});
        return all;
    }

    /**
     * What chooses among answers as a network of this does, which needs no weights for it: one with as few as may be, and
     * those freed.
     */
    DetectionNet chooser() {
        try (var nothing = Init.none()) {
            var small =
                    BackboneConfig.of(BackboneConfig.of("resnet18").network().withPlanes(8, 8, 8, 8));
            var chooser = new DetectorConfig(method, small, 32, sizes, classes).net();
            chooser.close();
            return chooser;
        }
    }

    @Override
    public void requireOneAnswer(String model) {
        throw new IllegalArgumentException(
                "model: expected a network that names what a picture shows, got " + model + ", which finds things");
    }

    /** So that saved models of it open. */
    public static final class Type implements ArchitectureType {
        @Override
        public Class<DetectorConfig> type() {
            return DetectorConfig.class;
        }
    }
}
