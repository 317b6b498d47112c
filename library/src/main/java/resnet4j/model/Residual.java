package resnet4j.model;

import static resnet4j.tensor.Ops.add_;
import static resnet4j.tensor.Ops.relu_;

import resnet4j.nn.Init;
import resnet4j.nn.Layer;
import resnet4j.nn.StochasticDepth;
import resnet4j.tensor.Tensor;

/** relu(attention(F(x)) + shortcut(x)). Figure 2 of arXiv:1512.03385. */
final class Residual extends Layer {
    private final Branch branch;
    private final Layer attention, downsample, drop;
    private final boolean adds, reluAfterAdd;

    /** torchvision draws the shortcut's weights before the block's own, and names them after. @param chance of being dropped */
    Residual(ResNetConfig c, Place at, double chance) {
        int out = at.planes() * c.block().expansion();
        boolean keeps = at.stride() == 1 && at.in() == out;
        downsample = keeps ? c.shortcut().keeping(at, out) : c.shortcut().changing(at, out);
        branch = adopt(c.block().branch(at));
        attention = child("se", c.attention().of(out)); // timm names every attention se
        child("downsample", downsample);
        drop = child("drop", new StochasticDepth(chance));
        adds = c.shortcut().adds();
        reluAfterAdd = c.reluAfterAdd();
    }

    /** F(x) = 0 to begin with. arXiv:1706.02677, section 5.1 */
    void zeroInitLast() {
        Init.constant(branch.lastNorm().state().get("weight"), 0);
    }

    @Override
    protected Tensor forward(Tensor x) {
        var y = drop.apply(attention.apply(branch.residual(x)));
        if (adds) y = add_(y, downsample.apply(x));
        return reluAfterAdd ? relu_(y) : y;
    }
}
