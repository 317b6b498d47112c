package resnet4j.compress;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import resnet4j.nn.Conv2d;
import resnet4j.nn.Layer;
import resnet4j.nn.Linear;
import resnet4j.nn.Norm;
import resnet4j.tensor.Op.Interpolation;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * Blocks in any order: sums, joined maps, convolutions in groups and of each channel, squeeze and excitation, smaller maps
 * that are enlarged again and joined with what was there, as U-Nets have them.
 */
final class AnyNet extends Layer {
    private final Random random;
    private final List<UnaryOperator<Tensor>> steps = new ArrayList<>();
    private int channels = 3, layers;

    AnyNet(long seed) {
        random = new Random(seed);
        steps.add(product(16, 3, 1));
        for (int i = 0; i < 4; i++) {
            steps.add(activation());
            steps.add(block());
        }
        steps.add(product(24, 1, 1));
        boolean flat = random.nextBoolean();
        var fc = child("fc", new Linear(flat ? 24 * 4 : 24, 10));
        steps.add(x -> fc.apply(flat ? Ops.flatten(Ops.adaptiveAvgPool2d(x, 2, 2), 1) : Ops.globalAvgPool(x)));
    }

    private UnaryOperator<Tensor> product(int out, int kernel, int groups) {
        var conv = child("conv" + ++layers, Conv2d.of(channels, out, kernel, 1, groups));
        var norm = child("bn" + layers, Norm.BATCH.of(out));
        channels = out;
        return x -> norm.apply(conv.apply(x));
    }

    private UnaryOperator<Tensor> activation() {
        return List.<UnaryOperator<Tensor>>of(Ops::relu, Ops::relu6, Ops::silu, x -> x)
                .get(random.nextInt(4));
    }

    private UnaryOperator<Tensor> block() {
        int in = channels;
        var first = product(16, 1, 1);
        var activation = activation();
        int groups = List.of(1, 4, 16).get(random.nextInt(3));
        var second = product(16, 3, groups);
        var excited = random.nextBoolean() ? excite() : UnaryOperator.<Tensor>identity();
        UnaryOperator<Tensor> body = x -> excited.apply(second.apply(activation.apply(first.apply(x))));
        switch (random.nextInt(6)) {
            case 0: // as DenseNet
                channels = in + 16;
                return x -> Ops.cat(List.of(x, body.apply(x)), 1);
            case 1: // a shortcut that zeros make wider, or a slice narrower
                channels = 16;
                int more = 16 - in;
                if (more < 0) return x -> Ops.add(body.apply(x), Ops.slice(x, 1, 3, 19, 1));
                return x -> Ops.add(body.apply(x), Ops.pad(x, 0, 0, 0, 0, more / 2, more - more / 2));
            case 2:
                channels = in;
                var around = product(16, 1, 1);
                return x -> Ops.add(body.apply(x), around.apply(x));
            case 3: // as a U-Net
                channels = in + 16;
                return x -> Ops.cat(List.of(enlarged(body.apply(Ops.maxPool2d(x, 2, 2, 0)), x), x), 1);
            case 4: // as atrous pyramid pooling sees the whole map
                channels = 16 + 16;
                return x -> {
                    var y = body.apply(x);
                    return Ops.cat(List.of(y, enlarged(Ops.adaptiveAvgPool2d(y, 1, 1), x)), 1);
                };
            default:
                var last = product(in, 1, 1);
                return x -> Ops.add(last.apply(body.apply(x)), x);
        }
    }

    private static Tensor enlarged(Tensor x, Tensor like) {
        return Ops.upsampleLike(x, like, Interpolation.BILINEAR);
    }

    private UnaryOperator<Tensor> excite() {
        int c = channels;
        var down = child("fc1_" + layers, Conv2d.biased(c, 8, 1, 1));
        var up = child("fc2_" + layers, Conv2d.biased(8, c, 1, 1));
        return x -> Ops.mul(x, Ops.sigmoid(up.apply(Ops.relu(down.apply(Ops.adaptiveAvgPool2d(x, 1, 1))))));
    }

    @Override
    protected Tensor forward(Tensor x) {
        for (var step : steps) x = step.apply(x);
        return x;
    }
}
