package resnet4j.segment;

import java.util.ArrayList;
import java.util.List;
import resnet4j.nn.Conv2d;
import resnet4j.nn.Dropout;
import resnet4j.nn.Lambda;
import resnet4j.nn.Layer;
import resnet4j.nn.Norm;
import resnet4j.nn.Sequential;
import resnet4j.tensor.Op.Interpolation;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * Atrous spatial pyramid pooling: the same map seen through windows of several sizes, and as a whole. [N,in,H,W] to
 * [N,256,H,W]. arXiv:1706.05587, section 3.3.
 */
final class AtrousPyramid extends Layer {
    static final int CHANNELS = 256;

    private final List<Layer> windows = new ArrayList<>();
    private final Sequential whole;
    private final Layer project;

    AtrousPyramid(Norm norm, int in, List<Integer> rates) {
        this(norm, in, rates, false);
    }

    /** @param separable whether windows are seen channel by channel before channels are mixed. arXiv:1802.02611, 3.1 */
    AtrousPyramid(Norm norm, int in, List<Integer> rates, boolean separable) {
        windows.add(normalised(norm, norm.convolution(Conv2d.of(in, CHANNELS, 1))));
        for (int rate : rates)
            windows.add(normalised(
                    norm,
                    separable
                            ? separable(in, CHANNELS, rate)
                            : norm.convolution(Conv2d.of(in, CHANNELS, 3, 1, 1, rate))));
        whole = new Sequential(
                new Lambda(x -> Ops.adaptiveAvgPool2d(x, 1, 1)),
                norm.convolution(Conv2d.of(in, CHANNELS, 1)),
                norm.of(CHANNELS),
                Lambda.relu());
        for (int i = 0; i < windows.size(); i++) child("convs." + i, windows.get(i));
        child("convs." + windows.size(), whole);
        int all = (windows.size() + 1) * CHANNELS;
        project = child(
                "project",
                new Sequential(
                        norm.convolution(Conv2d.of(all, CHANNELS, 1)),
                        norm.of(CHANNELS),
                        Lambda.relu(),
                        new Dropout(0.5)));
    }

    /** A 3x3 convolution of each channel by itself, and one of 1x1 over them. */
    static Sequential separable(int in, int out, int rate) {
        return new Sequential(Conv2d.of(in, in, 3, 1, in, rate), Conv2d.of(in, out, 1));
    }

    private static Sequential normalised(Norm norm, Layer conv) {
        return new Sequential(conv, norm.of(CHANNELS), Lambda.relu());
    }

    @Override
    protected Tensor forward(Tensor x) {
        var seen = new ArrayList<Tensor>();
        for (var window : windows) seen.add(window.apply(x));
        seen.add(Ops.upsampleLike(whole.apply(x), x, Interpolation.BILINEAR));
        return project.apply(Ops.cat(seen, 1));
    }
}
