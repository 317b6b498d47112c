package resnet4j.model;

import java.util.ArrayList;
import resnet4j.nn.BlurPool;
import resnet4j.nn.Conv2d;
import resnet4j.nn.Lambda;
import resnet4j.nn.Layer;
import resnet4j.nn.Norm;
import resnet4j.nn.Sequential;

/** What images pass before the first stage of a residual network. The widths said here are for planes that begin with 64. */
public sealed interface Stem {
    /** Channels out, as a multiple of the first stage's planes. */
    default int expansion() {
        return 1;
    }

    /** Pixels of the image in each direction for one place of what the first stage is given. */
    default int stride() {
        return 4;
    }

    /** From pixels to what the first norm is given: three 3x3, the first with stride 2. arXiv:1812.01187, Figure 2b */
    default Layer convolution(int width, Norm norm) {
        return new Sequential(
                norm.convolution(Conv2d.of(3, width / 2, 3, 2)),
                norm.of(width / 2),
                Lambda.relu(),
                norm.convolution(Conv2d.of(width / 2, width / 2, 3)),
                norm.of(width / 2),
                Lambda.relu(),
                norm.convolution(Conv2d.of(width / 2, width, 3)));
    }

    /** What halves the map after the first norm and its ReLU; nothing where the first stage is given all of it. */
    default Layer pooling(int width, Norm norm, boolean blur) {
        return blur ? new Sequential(Lambda.maxPool(3, 1, 1), new BlurPool()) : Lambda.maxPool(3, 2, 1);
    }

    /** 7x7 with stride 2, then 3x3 max pooling with stride 2: for images of 224 pixels. */
    record Conv7Pool() implements Stem {
        @Override
        public Layer convolution(int width, Norm norm) {
            return norm.convolution(Conv2d.of(3, width, 7, 2));
        }
    }

    /** 3x3 with stride 1: for images of 32 pixels. Section 4.2. */
    record Conv3() implements Stem {
        @Override
        public int stride() {
            return 1;
        }

        @Override
        public Layer convolution(int width, Norm norm) {
            return norm.convolution(Conv2d.of(3, width, 3));
        }

        @Override
        public Layer pooling(int width, Norm norm, boolean blur) {
            return new Sequential();
        }
    }

    /** Three 3x3 of 32, 32 and 64 channels, the first with stride 2, then pooling: ResNet-C. arXiv:1812.01187 */
    record DeepPool() implements Stem {}

    /** As DeepPool, with a 3x3 convolution of stride 2 in place of the pooling: ResNet-RS. arXiv:2103.07579 */
    record DeepConv() implements Stem {
        @Override
        public Layer pooling(int width, Norm norm, boolean blur) {
            var layers = new ArrayList<Layer>();
            layers.add(norm.convolution(Conv2d.of(width, width, 3, blur ? 1 : 2)));
            if (blur) layers.add(new BlurPool());
            layers.add(norm.of(width));
            layers.add(Lambda.relu());
            return new Sequential(layers);
        }
    }

    /** As DeepPool, with 64, 64 and 128 channels: SENet-154. */
    record WideDeepPool() implements Stem {
        @Override
        public int expansion() {
            return 2;
        }
    }
}
