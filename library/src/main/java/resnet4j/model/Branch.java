package resnet4j.model;

import resnet4j.nn.Layer;
import resnet4j.nn.Net;
import resnet4j.tensor.Tensor;

/** The layers of F, the part of a residual block that is learned; named as the block's own. */
abstract class Branch extends Net {
    /** F(x). */
    abstract Tensor residual(Tensor x);

    /** What ends F. */
    abstract Layer lastNorm();
}
