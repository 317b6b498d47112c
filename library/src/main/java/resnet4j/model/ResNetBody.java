package resnet4j.model;

import static resnet4j.tensor.Ops.relu_;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import resnet4j.nn.Conv2d;
import resnet4j.nn.DropBlock;
import resnet4j.nn.Init;
import resnet4j.nn.Layer;
import resnet4j.nn.Sequential;
import resnet4j.tensor.Tensor;

/** All of a residual network but its head: a stem and stages, of which late ones may dilate instead of striding. */
final class ResNetBody extends Backbone {
    private static final String STEM = "relu"; // torchvision's name for the stem's value before the pooling

    private final Layer conv1, bn1, maxpool;
    private final List<Sequential> stages = new ArrayList<>();
    private final List<Level> levels = new ArrayList<>();
    private final boolean zeroInitLast;

    /** With PyTorch's defaults drawn; {@link #initialise} is next, after the head. */
    ResNetBody(ResNetConfig c) {
        zeroInitLast = c.zeroInitLast();
        int width = c.stages().get(0).planes() * c.stem().expansion();
        conv1 = child("conv1", c.stem().convolution(width, c.norm()));
        bn1 = child("bn1", c.norm().of(width));
        maxpool = child("maxpool", c.stem().pooling(width, c.norm(), c.blurPool()));
        levels.add(new Level(STEM, width, c.stem().stride() == 1 ? 1 : 2));
        int in = width, reached = c.stem().stride(), dilation = 1;
        for (int i = 0; i < c.stages().size(); i++) {
            var stage = c.stages().get(i);
            var name = "layer" + (i + 1);
            stages.add(child(name, stage(c, i, in, dilation)));
            in = stage.planes() * c.block().expansion();
            reached *= stage.stride();
            dilation = stage.dilation();
            levels.add(new Level(name, in, reached));
        }
    }

    /** torchvision's pass over all layers, after they drew their defaults. */
    void initialise() {
        for (var net : nets().values()) if (net instanceof Conv2d conv) Init.kaimingNormalFanOut(conv.weight());
        if (!zeroInitLast) return;
        for (var net : nets().values()) if (net instanceof Residual block) block.zeroInitLast();
    }

    /** Leaves the {@code count} last stages to train; the stem is what comes before all of them. */
    void trainLast(int count) {
        int frozen = stages.size() - count;
        if (frozen >= 0) {
            conv1.freeze();
            bn1.freeze();
            maxpool.freeze();
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
        x = maxpool.apply(x);
        for (int i = 0; i < last; i++) {
            x = stages.get(i).apply(x);
            var name = levels.get(i + 1).path();
            if (chosen.contains(name)) all.put(name, x);
        }
        return all;
    }

    /** The first block changes width and stride; the others keep both. */
    private static Sequential stage(ResNetConfig c, int index, int in, int before) {
        var stage = c.stages().get(index);
        var blocks = new ArrayList<Residual>();
        int dilation = stage.dilation(), done = 0;
        for (var earlier : c.stages().subList(0, index)) done += earlier.depth();
        for (int i = 0; i < stage.depth(); i++) {
            boolean first = i == 0;
            var at = new Place(
                    in,
                    stage.planes(),
                    first ? stage.stride() : 1,
                    first ? before : dilation,
                    dilation,
                    c.norm(),
                    c.blurPool(),
                    dropBlock(c.regularisation().dropBlock(), index));
            double last = Math.max(1, c.blocks() - 1);
            blocks.add(new Residual(c, at, c.regularisation().stochasticDepth() * (done + i) / last));
            in = stage.planes() * c.block().expansion();
        }
        return new Sequential(blocks);
    }

    /** Squares and factors are timm's. */
    private static DropBlock dropBlock(double share, int stage) {
        return switch (stage) {
            case 2 -> new DropBlock(share, 5, 0.25);
            case 3 -> new DropBlock(share, 3, 1);
            default -> new DropBlock(0, 3, 1);
        };
    }
}
