package resnet4j.eval;

import java.util.function.UnaryOperator;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Pixels;
import resnet4j.tensor.Tensor;

/** Test-time augmentation: the views of a picture whose logits are averaged. */
public enum Views {
    /** The picture as it is. */
    ONE {
        @Override
        public UnaryOperator<Tensor> of(UnaryOperator<Tensor> network) {
            return network;
        }
    },
    /** The picture and its mirror image. */
    MIRROR {
        @Override
        public UnaryOperator<Tensor> of(UnaryOperator<Tensor> network) {
            return images -> Ops.affine(Ops.add(network.apply(images), network.apply(Pixels.mirror(images))), 0.5, 0);
        }
    },
    /**
     * The picture, and the picture shifted by one pixel to both ends of a diagonal, each with its mirror image; the shifted
     * ones count for half. Jordan 2024, arXiv:2404.00498, section 3.5.
     */
    SHIFTS {
        @Override
        public UnaryOperator<Tensor> of(UnaryOperator<Tensor> network) {
            var mirrored = MIRROR.of(network);
            return images -> {
                long height = images.size(2), width = images.size(3);
                var padded = Ops.reflectPad(images, 1);
                var up = padded.narrow(2, 0, height).narrow(3, 0, width).channelsLast();
                var down = padded.narrow(2, 2, height).narrow(3, 2, width).channelsLast();
                var shifted = Ops.affine(Ops.add(mirrored.apply(up), mirrored.apply(down)), 0.25, 0);
                return Ops.add(Ops.affine(mirrored.apply(images), 0.5, 0), shifted);
            };
        }
    };

    /** The network with these views: from images [N,3,H,W] to mean logits [N,K]. */
    public abstract UnaryOperator<Tensor> of(UnaryOperator<Tensor> network);
}
