package resnet4j.model;

import static resnet4j.tensor.Ops.relu_;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import resnet4j.model.ResNetBlocks.Block;
import resnet4j.model.ResNetBlocks.Place;
import resnet4j.nn.BatchNorm2d;
import resnet4j.nn.BlurPool;
import resnet4j.nn.Conv2d;
import resnet4j.nn.DropBlock;
import resnet4j.nn.Init;
import resnet4j.nn.Lambda;
import resnet4j.nn.Layer;
import resnet4j.nn.Sequential;
import resnet4j.tensor.Tensor;

/** All of a residual network but its head: a stem and stages, of which late ones may dilate instead of striding. */
final class ResNetBody extends Backbone {
    private static final String STEM = "relu"; // torchvision's name for the stem's value before the pooling

    private final Layer conv1, bn1;
    private final Layer maxpool; // null where the stem does not pool
    private final List<Sequential> stages = new ArrayList<>();
    private final List<Level> levels = new ArrayList<>();
    private final boolean zeroInitLast;

    /** With PyTorch's defaults drawn; {@link #initialise} is next, after the head. */
    ResNetBody(ResNetConfig c, int outputStride) {
        zeroInitLast = c.zeroInitLast();
        int width = c.planes().get(0) * c.stem().expansion;
        conv1 = child("conv1", stem(c, width));
        bn1 = child("bn1", c.norm().of(width));
        maxpool = pooling(c, width);
        if (maxpool != null) child("maxpool", maxpool);
        levels.add(new Level(STEM, width, maxpool == null ? 1 : 2));
        int in = width, first = 0, reached = c.stemStride(), dilation = 1;
        for (int i = 0; i < c.depths().size(); i++) {
            int stride = i == 0 ? 1 : 2, before = dilation;
            if (reached * stride > outputStride) {
                dilation *= stride;
                stride = 1;
            }
            reached *= stride;
            var name = "layer" + (i + 1);
            stages.add(child(name, stage(c, i, in, stride, before, dilation, first)));
            in = c.planes().get(i) * c.block().expansion;
            first += c.depths().get(i);
            levels.add(new Level(name, in, reached));
        }
    }

    /** torchvision's pass over all layers, after they drew their defaults. */
    void initialise() {
        for (var net : nets().values()) if (net instanceof Conv2d conv) Init.kaimingNormalFanOut(conv.weight());
        if (!zeroInitLast) return;
        for (var net : nets().values())
            if (net instanceof Block block && block.lastNorm() instanceof BatchNorm2d norm)
                Init.constant(norm.weight(), 0);
    }

    /** Leaves the {@code count} last stages to train; the stem is what comes before all of them. */
    void trainLast(int count) {
        int frozen = stages.size() - count;
        if (frozen >= 0) {
            conv1.freeze();
            bn1.freeze();
            if (maxpool != null) maxpool.freeze();
        }
        for (int i = 0; i < frozen; i++) stages.get(i).freeze();
    }

    @Override
    public List<Level> levels() {
        return List.copyOf(levels);
    }

    @Override
    public Map<String, Tensor> maps(Tensor images, Collection<String> chosen) {
        int last = deepest(chosen);
        var all = new LinkedHashMap<String, Tensor>();
        var x = relu_(bn1.apply(conv1.apply(images)));
        if (chosen.contains(STEM)) all.put(STEM, x);
        if (last == 0) return all;
        if (maxpool != null) x = maxpool.apply(x);
        for (int i = 0; i < last; i++) {
            x = stages.get(i).apply(x);
            var name = levels.get(i + 1).path();
            if (chosen.contains(name)) all.put(name, x);
        }
        return all;
    }

    private static Layer stem(ResNetConfig c, int width) {
        return switch (c.stem()) {
            case CONV7_POOL -> c.norm().convolution(Conv2d.of(3, width, 7, 2));
            case CONV3 -> c.norm().convolution(Conv2d.of(3, width, 3));
            case DEEP_POOL, DEEP_CONV, WIDE_DEEP_POOL ->
                new Sequential(
                        c.norm().convolution(Conv2d.of(3, width / 2, 3, 2)),
                        c.norm().of(width / 2),
                        Lambda.relu(),
                        c.norm().convolution(Conv2d.of(width / 2, width / 2, 3)),
                        c.norm().of(width / 2),
                        Lambda.relu(),
                        c.norm().convolution(Conv2d.of(width / 2, width, 3)));
        };
    }

    private static Layer pooling(ResNetConfig c, int width) {
        return switch (c.stem()) {
            case CONV3 -> null;
            case CONV7_POOL, DEEP_POOL, WIDE_DEEP_POOL ->
                c.blurPool() ? new Sequential(Lambda.maxPool(3, 1, 1), new BlurPool()) : Lambda.maxPool(3, 2, 1);
            case DEEP_CONV -> {
                var layers = new ArrayList<Layer>();
                layers.add(c.norm().convolution(Conv2d.of(width, width, 3, c.blurPool() ? 1 : 2)));
                if (c.blurPool()) layers.add(new BlurPool());
                layers.add(c.norm().of(width));
                layers.add(Lambda.relu());
                yield new Sequential(layers);
            }
        };
    }

    /** The first block changes width and stride; the others keep both. */
    private static Sequential stage(
            ResNetConfig c, int index, int in, int stride, int firstDilation, int dilation, int first) {
        var blocks = new ArrayList<Block>();
        int planes = c.planes().get(index);
        for (int i = 0; i < c.depths().get(index); i++) {
            double drop = c.stochasticDepth() * (first + i) / Math.max(1, c.blocks() - 1);
            var squares = dropBlock(c, index);
            blocks.add(ResNetBlocks.of(
                    c,
                    i == 0
                            ? new Place(in, planes, stride, firstDilation, dilation, drop, squares)
                            : new Place(in, planes, 1, dilation, dilation, drop, squares)));
            in = planes * c.block().expansion;
        }
        return new Sequential(blocks);
    }

    /** Squares and factors are timm's. */
    private static DropBlock dropBlock(ResNetConfig c, int stage) {
        return switch (stage) {
            case 2 -> new DropBlock(c.dropBlock(), 5, 0.25);
            case 3 -> new DropBlock(c.dropBlock(), 3, 1);
            default -> new DropBlock(0, 3, 1);
        };
    }
}
