package resnet4j.segment;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import resnet4j.config.Checks;
import resnet4j.model.ArchitectureType;
import resnet4j.model.Backbone;
import resnet4j.model.BackboneConfig;
import resnet4j.model.ClassificationNet;
import resnet4j.model.Models;
import resnet4j.nn.Conv2d;
import resnet4j.nn.Init;
import resnet4j.nn.Lambda;
import resnet4j.nn.Layer;
import resnet4j.nn.Norm;
import resnet4j.nn.Sequential;
import resnet4j.tensor.Op.Interpolation;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * A residual network down, and up again beside each of its levels: from images [N,3,H,W] to logits [N,classes,H,W].
 * Ronneberger et al. 2015, arXiv:1505.04597, Figure 1, as {@code segmentation_models_pytorch} builds it.
 *
 * @param encoder the way down, whose norm the way up has too
 * @param decoder channels on the way up, one for each level of the encoder
 * @param classes logits of each pixel
 */
public record UNet(BackboneConfig encoder, List<Integer> decoder, int classes) implements PerPixel {
    public UNet {
        decoder = List.copyOf(decoder);
        Checks.classes(classes);
        int levels = encoder.network().stages().size() + 1;
        if (decoder.size() != levels)
            throw new IllegalArgumentException(
                    "decoder: expected channels for each of " + levels + " levels of the encoder, got " + decoder);
        for (int channels : decoder) Checks.positive("decoder", channels);
    }

    /** With a residual network of the registry, {@code resnet18}. */
    public static UNet of(String encoder) {
        return new UNet(BackboneConfig.of(encoder), List.of(256, 128, 64, 32, 16), 2);
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
    public UNet withClasses(int classes) {
        return new UNet(encoder, decoder, classes);
    }

    /** So that the registry knows it and saved models of it open. */
    public static final class Type implements ArchitectureType {
        @Override
        public Class<UNet> type() {
            return UNet.class;
        }

        @Override
        public List<Models.Entry> entries() {
            return PerPixel.entries("unet", 256, "arXiv:1505.04597", UNet::of, "resnet18", "resnet34", "resnet50");
        }
    }

    private static final class Network extends ClassificationNet {
        private final Backbone encoder;
        private final List<Layer> blocks = new ArrayList<>();
        private final Sequential head;

        Network(UNet c) {
            super(c);
            encoder = child("encoder", c.encoder.build());
            var levels = encoder.levels();
            int in = levels.get(levels.size() - 1).channels();
            var norm = c.encoder.network().norm().anew();
            for (int i = 0; i < c.decoder.size(); i++) {
                int beside = levels.size() - 2 - i;
                int skip = beside < 0 ? 0 : levels.get(beside).channels();
                blocks.add(new Block(norm, in + skip, c.decoder.get(i)));
                in = c.decoder.get(i);
            }
            for (int i = 0; i < blocks.size(); i++) child("decoder.blocks." + i, blocks.get(i));
            head = child("segmentation_head", new Sequential(Conv2d.biased(in, c.classes, 3, 1)));
            for (var block : blocks)
                for (var net : block.nets().values())
                    if (net instanceof Conv2d conv) Init.kaimingUniform(conv.weight());
            var last = (Conv2d) head.layers().get(0);
            long places = 9; // of the window; xavier_uniform_ counts channels in and out times these
            Init.uniform(last.weight(), Math.sqrt(6.0 / (places * (in + c.classes))));
            Init.constant(last.bias(), 0);
        }

        /** The map of the last block, of the images' size. */
        @Override
        public Tensor features(Tensor images) {
            var paths = encoder.levels().stream().map(Backbone.Level::path).toList();
            var maps = encoder.maps(images, paths);
            var up = new ArrayList<>(paths);
            Collections.reverse(up);
            var x = maps.get(up.get(0));
            for (int i = 0; i < blocks.size(); i++) {
                boolean beside = i + 1 < up.size();
                var like = beside ? maps.get(up.get(i + 1)) : images;
                x = Ops.upsampleLike(x, like, Interpolation.NEAREST);
                x = blocks.get(i).apply(beside ? Ops.cat(List.of(x, like), 1) : x);
            }
            return x;
        }

        @Override
        public Layer head() {
            return head;
        }
    }

    /** Two 3x3 convolutions. */
    private static final class Block extends Layer {
        private final Layer conv1, conv2;

        Block(Norm norm, int in, int out) {
            conv1 = child("conv1", convolution(norm, in, out));
            conv2 = child("conv2", convolution(norm, out, out));
        }

        private static Layer convolution(Norm norm, int in, int out) {
            return new Sequential(norm.convolution(Conv2d.of(in, out, 3)), norm.of(out), Lambda.relu());
        }

        @Override
        protected Tensor forward(Tensor x) {
            return conv2.apply(conv1.apply(x));
        }
    }
}
