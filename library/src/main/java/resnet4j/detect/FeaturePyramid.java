package resnet4j.detect;

import java.util.ArrayList;
import java.util.List;
import resnet4j.model.Backbone;
import resnet4j.model.BackboneConfig;
import resnet4j.nn.Conv2d;
import resnet4j.nn.Init;
import resnet4j.nn.Layer;
import resnet4j.nn.Net;
import resnet4j.nn.Sequential;
import resnet4j.tensor.Op;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * A residual network whose maps are given what the deeper ones know, and one coarser map by pooling; 256 channels each.
 * Lin et al. 2017, arXiv:1612.03144, Figure 3.
 */
final class FeaturePyramid extends Net {
    static final int CHANNELS = 256;
    private static final List<String> LEVELS = List.of("layer1", "layer2", "layer3", "layer4");

    private final Backbone body;
    private final Sequential lateral, output;

    FeaturePyramid(BackboneConfig backbone) {
        body = child("body", backbone.build());
        var lateral = new ArrayList<Layer>();
        var output = new ArrayList<Layer>();
        for (var level : LEVELS) {
            lateral.add(new Sequential(Conv2d.biased(body.level(level).channels(), CHANNELS, 1, 1)));
            output.add(new Sequential(Conv2d.biased(CHANNELS, CHANNELS, 3, 1)));
        }
        var fpn = child("fpn", new Blocks(new Sequential(lateral), new Sequential(output)));
        this.lateral = fpn.lateral;
        this.output = fpn.output;
    }

    /** Holds the names. */
    private static final class Blocks extends Net {
        private final Sequential lateral, output;

        Blocks(Sequential lateral, Sequential output) {
            this.lateral = child("inner_blocks", lateral);
            this.output = child("layer_blocks", output);
            for (var blocks : List.of(lateral, output))
                for (var block : blocks.layers()) {
                    var conv = (Conv2d) ((Sequential) block).layers().get(0);
                    long fanIn = conv.weight().elements() / conv.weight().size(0);
                    Init.uniform(conv.weight(), Math.sqrt(3.0) * (1 / Math.sqrt(fanIn))); // kaiming_uniform_(a=1)
                    Init.constant(conv.bias(), 0);
                }
        }
    }

    /** Normalised images [N,3,H,W] -> maps [N,256,h,w], finest first. */
    List<Tensor> maps(Tensor images) {
        var levels = body.maps(images, LEVELS);
        var maps = new ArrayList<Tensor>();
        Tensor above = null;
        for (int i = LEVELS.size() - 1; i >= 0; i--) {
            var x = lateral.layers().get(i).apply(levels.get(LEVELS.get(i)));
            if (above != null) x = Ops.add(x, Ops.upsampleLike(above, x, Op.Interpolation.NEAREST));
            above = x;
            maps.add(0, output.layers().get(i).apply(x));
        }
        maps.add(Ops.maxPool2d(maps.get(maps.size() - 1), 1, 2, 0));
        return maps;
    }
}
