package resnet4j.detect;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import resnet4j.model.Backbone;
import resnet4j.model.BackboneConfig;
import resnet4j.nn.Conv2d;
import resnet4j.nn.Init;
import resnet4j.nn.Layer;
import resnet4j.nn.Net;
import resnet4j.nn.Norm;
import resnet4j.nn.Sequential;
import resnet4j.tensor.Op;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * A residual network whose maps are given what the deeper ones know, and coarser maps after them; all of as many channels.
 * Lin et al. 2017, arXiv:1612.03144, Figure 3.
 */
final class FeaturePyramid extends Net {
    /** What follows the deepest map. */
    enum Coarser {
        /** Every second place of the pyramid's last map. */
        POOLED,
        /** Two convolutions of the pyramid's last map. Lin et al. 2017, arXiv:1708.02002, footnote 2. */
        CONVOLVED,
        /** Two convolutions of the backbone's last map. */
        CONVOLVED_BODY
    }

    private final Backbone body;
    private final List<String> levels;
    private final Blocks fpn;
    private final Coarser coarser;

    /** @param finest number of the finest stage that the pyramid stands on, from 1 */
    FeaturePyramid(BackboneConfig backbone, int finest, int channels, Coarser coarser, Optional<Norm> norm) {
        body = child("body", backbone.build());
        var names = new ArrayList<String>();
        for (int stage = finest; stage <= backbone.network().stages().size(); stage++) names.add("layer" + stage);
        levels = List.copyOf(names);
        this.coarser = coarser;
        var channelsIn = levels.stream().map(l -> body.level(l).channels()).toList();
        int deepest = channelsIn.get(channelsIn.size() - 1);
        var extra = coarser == Coarser.POOLED
                ? null
                : new Extra(coarser == Coarser.CONVOLVED ? channels : deepest, channels); // torchvision draws it first
        fpn = child("fpn", new Blocks(channelsIn, channels, norm, extra));
    }

    /** Pieces with weights of the maps. */
    private static final class Blocks extends Net {
        private final List<Layer> lateral = new ArrayList<>(), output = new ArrayList<>();
        private final Extra extra; // or null

        Blocks(List<Integer> channelsIn, int channels, Optional<Norm> norm, Extra extra) {
            for (int in : channelsIn) {
                lateral.add(block(in, channels, 1, norm));
                output.add(block(channels, channels, 3, norm));
            }
            child("inner_blocks", new Sequential(lateral));
            child("layer_blocks", new Sequential(output));
            for (var net : nets().values()) if (net instanceof Conv2d conv) initialise(conv);
            this.extra = extra == null ? null : child("extra_blocks", extra);
        }

        private static Layer block(int in, int out, int kernel, Optional<Norm> norm) {
            return norm.map(n -> new Sequential(Conv2d.of(in, out, kernel), n.of(out)))
                    .orElseGet(() -> new Sequential(Conv2d.biased(in, out, kernel, 1)));
        }
    }

    private static final class Extra extends Net {
        private final Conv2d p6, p7;

        Extra(int in, int channels) {
            p6 = child("p6", Conv2d.biased(in, channels, 3, 2));
            p7 = child("p7", Conv2d.biased(channels, channels, 3, 2));
            initialise(p6);
            initialise(p7);
        }
    }

    private static void initialise(Conv2d conv) {
        long fanIn = conv.weight().elements() / conv.weight().size(0);
        Init.uniform(conv.weight(), Math.sqrt(3.0) * (1 / Math.sqrt(fanIn))); // kaiming_uniform_(a=1)
        if (conv.bias() != null) Init.constant(conv.bias(), 0);
    }

    Backbone body() {
        return body;
    }

    /** Normalised images [N,3,H,W] -> maps [N,channels,h,w], finest first. */
    List<Tensor> maps(Tensor images) {
        var levels = body.maps(images, this.levels);
        var maps = new ArrayList<Tensor>();
        Tensor above = null;
        for (int i = this.levels.size() - 1; i >= 0; i--) {
            var x = fpn.lateral.get(i).apply(levels.get(this.levels.get(i)));
            if (above != null) x = Ops.add(x, Ops.upsampleLike(above, x, Op.Interpolation.NEAREST));
            above = x;
            maps.add(0, fpn.output.get(i).apply(x));
        }
        var last = maps.get(maps.size() - 1);
        if (coarser == Coarser.POOLED) {
            maps.add(Ops.maxPool2d(last, 1, 2, 0));
            return maps;
        }
        var deepest = levels.get(this.levels.get(this.levels.size() - 1));
        var p6 = fpn.extra.p6.apply(coarser == Coarser.CONVOLVED ? last : deepest);
        maps.add(p6);
        maps.add(fpn.extra.p7.apply(Ops.relu(p6)));
        return maps;
    }
}
