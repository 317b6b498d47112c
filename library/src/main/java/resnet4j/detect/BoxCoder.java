package resnet4j.detect;

import java.util.List;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * A box said from another one: how far its centre is, in sides of the other, and the logarithms of how much larger it is.
 * Girshick et al. 2014, arXiv:1311.2524, appendix C.
 *
 * @param centre factor of the first two numbers
 * @param size   factor of the last two
 */
record BoxCoder(float centre, float size) {
    static final float MOST = (float) Math.log(1000.0 / 16); // so that no exponential runs away

    /** What {@code truth}, box by box, is from {@code boxes}. */
    float[] encode(Boxes truth, Boxes boxes) {
        var codes = new float[4 * boxes.size()];
        for (int i = 0; i < boxes.size(); i++) {
            float w = boxes.width(i), h = boxes.height(i), tw = truth.width(i), th = truth.height(i);
            float x = boxes.at(i, 0) + 0.5f * w, y = boxes.at(i, 1) + 0.5f * h;
            float tx = truth.at(i, 0) + 0.5f * tw, ty = truth.at(i, 1) + 0.5f * th;
            codes[4 * i] = centre * (tx - x) / w;
            codes[4 * i + 1] = centre * (ty - y) / h;
            codes[4 * i + 2] = size * (float) Math.log(tw / w);
            codes[4 * i + 3] = size * (float) Math.log(th / h);
        }
        return codes;
    }

    /** The boxes that codes say from {@code boxes}. */
    Boxes decode(float[] codes, Boxes boxes) {
        int n = boxes.size();
        if (n == 0) return boxes;
        var sizes = new float[2 * n];
        for (int i = 0; i < n; i++) {
            sizes[2 * i] = Math.min(codes[4 * i + 2] / size, MOST);
            sizes[2 * i + 1] = Math.min(codes[4 * i + 3] / size, MOST);
        }
        float[] factors = Tensor.of(sizes, 2L * n).exp().toFloats(); // its bits, and not Java's
        var decoded = new float[4 * n];
        for (int i = 0; i < n; i++) {
            float w = boxes.width(i), h = boxes.height(i);
            float x = codes[4 * i] / centre * w + (boxes.at(i, 0) + 0.5f * w);
            float y = codes[4 * i + 1] / centre * h + (boxes.at(i, 1) + 0.5f * h);
            float halfW = 0.5f * (factors[2 * i] * w), halfH = 0.5f * (factors[2 * i + 1] * h);
            decoded[4 * i] = x - halfW;
            decoded[4 * i + 1] = y - halfH;
            decoded[4 * i + 2] = x + halfW;
            decoded[4 * i + 3] = y + halfH;
        }
        return new Boxes(decoded);
    }

    /** The same of codes [N,4] with their history: [N,4]. */
    Tensor decode(Tensor codes, Boxes boxes) {
        int n = boxes.size();
        var middle = new float[2 * n];
        var sides = new float[2 * n];
        for (int i = 0; i < n; i++) {
            sides[2 * i] = boxes.width(i);
            sides[2 * i + 1] = boxes.height(i);
            middle[2 * i] = boxes.at(i, 0) + 0.5f * boxes.width(i);
            middle[2 * i + 1] = boxes.at(i, 1) + 0.5f * boxes.height(i);
        }
        var side = Tensor.of(sides, n, 2).to(codes.device());
        var at = Ops.affine(codes.narrow(1, 0, 2), 1 / centre, 0);
        var larger = Ops.clamp(Ops.affine(codes.narrow(1, 2, 2), 1 / size, 0), Double.NEGATIVE_INFINITY, MOST);
        at = Ops.add(Ops.mul(at, side), Tensor.of(middle, n, 2).to(codes.device()));
        var half = Ops.affine(Ops.mul(larger.exp(), side), 0.5, 0);
        return Ops.cat(List.of(Ops.add(at, Ops.affine(half, -1, 0)), Ops.add(at, half)), 1);
    }
}
