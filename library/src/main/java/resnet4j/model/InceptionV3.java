package resnet4j.model;

import static resnet4j.nn.Lambda.maxPool;

import java.util.ArrayList;
import java.util.List;
import resnet4j.config.Checks;
import resnet4j.nn.Conv2d;
import resnet4j.nn.ConvNorm;
import resnet4j.nn.Dropout;
import resnet4j.nn.Init;
import resnet4j.nn.Layer;
import resnet4j.nn.Linear;
import resnet4j.nn.Norm;
import resnet4j.tensor.Op;
import resnet4j.tensor.Op.Size;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * Inception-v3. Szegedy et al. 2015, arXiv:1512.00567, Table 1.
 *
 * @param auxiliary one more head, which only training uses
 * @param norm      normalisation after each convolution
 * @param dropout   chance of a feature to be dropped before the head
 * @param classes   logits
 */
public record InceptionV3(boolean auxiliary, Norm norm, double dropout, int classes) implements Architecture {
    private static final double AUXILIARY_WEIGHT = 0.4; // as the authors' code and torchvision's recipe

    private static final int AUXILIARY_INPUT = 299; // its 5x5 convolution needs maps of 17x17

    public InceptionV3 {
        Checks.dropout(dropout);
        Checks.classes(classes);
    }

    /** As published, with or without the auxiliary head. */
    public static InceptionV3 of(boolean auxiliary) {
        return new InceptionV3(auxiliary, new Norm.Batch(0.1, 1e-3), 0.5, 1000);
    }

    @Override
    public ClassificationNet build() {
        return new Network(this);
    }

    @Override
    public InceptionV3 withClasses(int classes) {
        return new InceptionV3(auxiliary, norm, dropout, classes);
    }

    @Override
    public int minInputSize() {
        return 75;
    }

    @Override
    public boolean leavesOut(String weight) {
        return !auxiliary && weight.startsWith("AuxLogits.");
    }

    private static final class Network extends ClassificationNet {
        private final List<Layer> lower = new ArrayList<>(), upper = new ArrayList<>();
        private final Auxiliary aux; // null without
        private final Layer dropout, fc;

        Network(InceptionV3 c) {
            super(c);
            lower.add(child("Conv2d_1a_3x3", unpadded(c, 3, 32, 3, 2)));
            lower.add(child("Conv2d_2a_3x3", unpadded(c, 32, 32, 3, 1)));
            lower.add(child("Conv2d_2b_3x3", conv(c, 32, 64, 3, 3)));
            lower.add(child("maxpool1", maxPool(3, 2, 0)));
            lower.add(child("Conv2d_3b_1x1", conv(c, 64, 80, 1, 1)));
            lower.add(child("Conv2d_4a_3x3", unpadded(c, 80, 192, 3, 1)));
            lower.add(child("maxpool2", maxPool(3, 2, 0))); // [N,192,35,35] of 299 pixels
            lower.add(child("Mixed_5b", new InceptionA(c, 192, 32)));
            lower.add(child("Mixed_5c", new InceptionA(c, 256, 64)));
            lower.add(child("Mixed_5d", new InceptionA(c, 288, 64)));
            lower.add(child("Mixed_6a", new InceptionB(c, 288)));
            lower.add(child("Mixed_6b", new InceptionC(c, 768, 128)));
            lower.add(child("Mixed_6c", new InceptionC(c, 768, 160)));
            lower.add(child("Mixed_6d", new InceptionC(c, 768, 160)));
            lower.add(child("Mixed_6e", new InceptionC(c, 768, 192))); // [N,768,17,17]
            aux = c.auxiliary ? child("AuxLogits", new Auxiliary(c, 768)) : null;
            upper.add(child("Mixed_7a", new InceptionD(c, 768)));
            upper.add(child("Mixed_7b", new InceptionE(c, 1280)));
            upper.add(child("Mixed_7c", new InceptionE(c, 2048))); // [N,2048,8,8]
            dropout = child("dropout", new Dropout(c.dropout));
            fc = child("fc", new Linear(2048, c.classes));
            for (var net : nets().entrySet())
                if (net.getValue() instanceof Conv2d conv)
                    Init.truncatedNormal(
                            conv.weight(), 0.1); // torchvision's 0.01 for AuxLogits.conv1 reaches no weight
                else if (net.getValue() instanceof Linear linear)
                    Init.truncatedNormal(linear.weight(), net.getKey().equals("AuxLogits.fc") ? 0.001 : 0.1);
        }

        private static Tensor run(List<Layer> layers, Tensor x) {
            for (var layer : layers) x = layer.apply(x);
            return x;
        }

        private Tensor pooled(Tensor x) {
            return dropout.apply(Ops.globalAvgPool(run(upper, x))); // [N,2048]
        }

        @Override
        public Tensor features(Tensor images) {
            return pooled(run(lower, images));
        }

        @Override
        public Layer head() {
            return fc;
        }

        @Override
        public List<Layer> heads() {
            return aux == null ? List.of(fc) : List.of(fc, aux.fc);
        }

        @Override
        public List<Output> outputs(Tensor images) {
            if (aux == null) return super.outputs(images);
            if (Math.min(images.size(2), images.size(3)) < AUXILIARY_INPUT)
                throw new IllegalArgumentException("input: expected at least " + AUXILIARY_INPUT + "x" + AUXILIARY_INPUT
                        + " pixels to train the auxiliary head, got " + images.size(2) + "x" + images.size(3)
                        + "; enlarge the images or set auxiliary to false");
            var x = run(lower, images);
            return List.of(new Output(fc.apply(pooled(x)), 1), new Output(aux.apply(x), AUXILIARY_WEIGHT));
        }
    }

    private static Layer conv(InceptionV3 c, int in, int out, int height, int width) {
        return conv(c, in, out, new Size(height, width), 1, new Size(height / 2, width / 2));
    }

    private static Layer unpadded(InceptionV3 c, int in, int out, int kernel, int stride) {
        return conv(c, in, out, Size.of(kernel), stride, Size.of(0));
    }

    private static Layer conv(InceptionV3 c, int in, int out, Size kernel, int stride, Size padding) {
        return ConvNorm.relu(c.norm, Conv2d.of(in, out, kernel, Size.of(stride), padding, false));
    }

    private static Tensor averaged(Tensor x) {
        return Ops.avgPool2d(x, new Op.AvgPool2d(Size.of(3), Size.of(1), Size.of(1), false, true));
    }

    /** 5x5 as two 3x3. Figure 5. */
    private static final class InceptionA extends Layer {
        private final Layer one, five1, five2, three1, three2, three3, pool;

        InceptionA(InceptionV3 c, int in, int pooled) {
            one = child("branch1x1", conv(c, in, 64, 1, 1));
            five1 = child("branch5x5_1", conv(c, in, 48, 1, 1));
            five2 = child("branch5x5_2", conv(c, 48, 64, 5, 5));
            three1 = child("branch3x3dbl_1", conv(c, in, 64, 1, 1));
            three2 = child("branch3x3dbl_2", conv(c, 64, 96, 3, 3));
            three3 = child("branch3x3dbl_3", conv(c, 96, 96, 3, 3));
            pool = child("branch_pool", conv(c, in, pooled, 1, 1));
        }

        @Override
        protected Tensor forward(Tensor x) {
            return Ops.cat(
                    List.of(
                            one.apply(x),
                            five2.apply(five1.apply(x)),
                            three3.apply(three2.apply(three1.apply(x))),
                            pool.apply(averaged(x))),
                    1);
        }
    }

    /** Halves height and width. Figure 10. */
    private static final class InceptionB extends Layer {
        private final Layer three, double1, double2, double3;

        InceptionB(InceptionV3 c, int in) {
            three = child("branch3x3", unpadded(c, in, 384, 3, 2));
            double1 = child("branch3x3dbl_1", conv(c, in, 64, 1, 1));
            double2 = child("branch3x3dbl_2", conv(c, 64, 96, 3, 3));
            double3 = child("branch3x3dbl_3", unpadded(c, 96, 96, 3, 2));
        }

        @Override
        protected Tensor forward(Tensor x) {
            return Ops.cat(
                    List.of(three.apply(x), double3.apply(double2.apply(double1.apply(x))), Ops.maxPool2d(x, 3, 2, 0)),
                    1);
        }
    }

    /** 7x7 as 1x7 and 7x1. Figure 6. */
    private static final class InceptionC extends Layer {
        private final Layer one, seven1, seven2, seven3, double1, double2, double3, double4, double5, pool;

        InceptionC(InceptionV3 c, int in, int width) {
            one = child("branch1x1", conv(c, in, 192, 1, 1));
            seven1 = child("branch7x7_1", conv(c, in, width, 1, 1));
            seven2 = child("branch7x7_2", conv(c, width, width, 1, 7));
            seven3 = child("branch7x7_3", conv(c, width, 192, 7, 1));
            double1 = child("branch7x7dbl_1", conv(c, in, width, 1, 1));
            double2 = child("branch7x7dbl_2", conv(c, width, width, 7, 1));
            double3 = child("branch7x7dbl_3", conv(c, width, width, 1, 7));
            double4 = child("branch7x7dbl_4", conv(c, width, width, 7, 1));
            double5 = child("branch7x7dbl_5", conv(c, width, 192, 1, 7));
            pool = child("branch_pool", conv(c, in, 192, 1, 1));
        }

        @Override
        protected Tensor forward(Tensor x) {
            var twice = double3.apply(double2.apply(double1.apply(x)));
            return Ops.cat(
                    List.of(
                            one.apply(x),
                            seven3.apply(seven2.apply(seven1.apply(x))),
                            double5.apply(double4.apply(twice)),
                            pool.apply(averaged(x))),
                    1);
        }
    }

    /** Halves height and width. */
    private static final class InceptionD extends Layer {
        private final Layer three1, three2, seven1, seven2, seven3, seven4;

        InceptionD(InceptionV3 c, int in) {
            three1 = child("branch3x3_1", conv(c, in, 192, 1, 1));
            three2 = child("branch3x3_2", unpadded(c, 192, 320, 3, 2));
            seven1 = child("branch7x7x3_1", conv(c, in, 192, 1, 1));
            seven2 = child("branch7x7x3_2", conv(c, 192, 192, 1, 7));
            seven3 = child("branch7x7x3_3", conv(c, 192, 192, 7, 1));
            seven4 = child("branch7x7x3_4", unpadded(c, 192, 192, 3, 2));
        }

        @Override
        protected Tensor forward(Tensor x) {
            return Ops.cat(
                    List.of(
                            three2.apply(three1.apply(x)),
                            seven4.apply(seven3.apply(seven2.apply(seven1.apply(x)))),
                            Ops.maxPool2d(x, 3, 2, 0)),
                    1);
        }
    }

    /** 3x3 as 1x3 beside 3x1, for many channels. Figure 7. */
    private static final class InceptionE extends Layer {
        private final Layer one, three1, three2a, three2b, double1, double2, double3a, double3b, pool;

        InceptionE(InceptionV3 c, int in) {
            one = child("branch1x1", conv(c, in, 320, 1, 1));
            three1 = child("branch3x3_1", conv(c, in, 384, 1, 1));
            three2a = child("branch3x3_2a", conv(c, 384, 384, 1, 3));
            three2b = child("branch3x3_2b", conv(c, 384, 384, 3, 1));
            double1 = child("branch3x3dbl_1", conv(c, in, 448, 1, 1));
            double2 = child("branch3x3dbl_2", conv(c, 448, 384, 3, 3));
            double3a = child("branch3x3dbl_3a", conv(c, 384, 384, 1, 3));
            double3b = child("branch3x3dbl_3b", conv(c, 384, 384, 3, 1));
            pool = child("branch_pool", conv(c, in, 192, 1, 1));
        }

        @Override
        protected Tensor forward(Tensor x) {
            var once = three1.apply(x);
            var twice = double2.apply(double1.apply(x));
            return Ops.cat(
                    List.of(
                            one.apply(x),
                            three2a.apply(once),
                            three2b.apply(once),
                            double3a.apply(twice),
                            double3b.apply(twice),
                            pool.apply(averaged(x))),
                    1);
        }
    }

    /** Logits from the middle of the network. Figure 8. */
    private static final class Auxiliary extends Layer {
        private final Layer conv0, conv1, fc;

        Auxiliary(InceptionV3 c, int in) {
            conv0 = child("conv0", conv(c, in, 128, 1, 1));
            conv1 = child("conv1", unpadded(c, 128, 768, 5, 1));
            fc = child("fc", new Linear(768, c.classes));
        }

        @Override
        protected Tensor forward(Tensor x) {
            x = Ops.avgPool2d(x, new Op.AvgPool2d(Size.of(5), Size.of(3), Size.of(0), false, true)); // [N,768,5,5]
            return fc.apply(Ops.globalAvgPool(conv1.apply(conv0.apply(x))));
        }
    }
}
