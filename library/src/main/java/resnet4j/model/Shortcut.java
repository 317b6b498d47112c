package resnet4j.model;

import static resnet4j.tensor.Ops.avgPool2d;
import static resnet4j.tensor.Ops.pad;
import static resnet4j.tensor.Ops.slice;
import static resnet4j.tensor.ShapeOps.Slice.TO_THE_END;

import resnet4j.nn.Lambda;
import resnet4j.nn.Layer;
import resnet4j.nn.Sequential;
import resnet4j.tensor.Op;
import resnet4j.tensor.Op.Size;
import resnet4j.tensor.Tensor;

/** What is added to F(x) of a residual block. Section 3.3 and Table 3 of arXiv:1512.03385. */
public sealed interface Shortcut {
    /** From a block's input to what is added, where the shape changes. */
    Layer changing(Place at, int out);

    /** The same where it does not change. */
    default Layer keeping(Place at, int out) {
        return new Sequential();
    }

    /** Whether anything is added. */
    default boolean adds() {
        return true;
    }

    /** Whether it can keep the size where a stage dilates instead of halving it. */
    default boolean dilates() {
        return true;
    }

    /** Nothing is added: the paper's plain networks. */
    record None() implements Shortcut {
        @Override
        public Layer changing(Place at, int out) {
            return new Sequential();
        }

        @Override
        public boolean adds() {
            return false;
        }
    }

    /** Identity; where the shape changes, every second pixel with zero channels before and after. */
    record A() implements Shortcut {
        @Override
        public Layer changing(Place at, int out) {
            return new Lambda(x -> zeroPadded(x, out - at.in(), at.stride()));
        }

        private static Tensor zeroPadded(Tensor x, int more, int stride) {
            if (stride > 1) x = slice(slice(x, 2, 0, TO_THE_END, stride), 3, 0, TO_THE_END, stride);
            return more == 0 ? x : pad(x, 0, 0, 0, 0, more / 2, more - more / 2);
        }
    }

    /** Identity; where the shape changes, a 1x1 convolution. */
    record B() implements Shortcut {
        @Override
        public Layer changing(Place at, int out) {
            return projection(at, out, 1);
        }
    }

    /** A 1x1 convolution in every block. */
    record C() implements Shortcut {
        @Override
        public Layer changing(Place at, int out) {
            return projection(at, out, 1);
        }

        @Override
        public Layer keeping(Place at, int out) {
            return changing(at, out);
        }
    }

    /** As B, with 2x2 average pooling in place of the stride: ResNet-D. arXiv:1812.01187 */
    record D() implements Shortcut {
        @Override
        public Layer changing(Place at, int out) {
            return new Sequential(pooling(at), at.conv(at.in(), out, 1, 1), at.norm(out));
        }

        /** Where dilation stands for the stride, means of 2x2 at every place, as timm's. */
        private static Layer pooling(Place at) {
            var op = new Op.AvgPool2d(Size.of(2), Size.of(at.stride()), Size.of(0), true, false);
            if (at.stride() > 1) return new Lambda(x -> avgPool2d(x, op));
            return at.dilation() > 1 ? new Lambda(x -> avgPool2d(pad(x, 0, 1, 0, 1), op)) : new Sequential();
        }
    }

    /** As B, with a 3x3 convolution where there is a stride: SENet-154. arXiv:1709.01507 */
    record Senet() implements Shortcut {
        @Override
        public Layer changing(Place at, int out) {
            return projection(at, out, at.stride() == 1 ? 1 : 3);
        }

        @Override
        public boolean dilates() {
            return false;
        }
    }

    private static Layer projection(Place at, int out, int kernel) {
        return new Sequential(at.conv(at.in(), out, kernel, at.stride()), at.norm(out));
    }
}
