package resnet4j.tensor;

import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.global.torch;
import resnet4j.array.DType;

/** What is done to pictures before a network sees them, and what is asked about them; not part of a graph. */
public final class Pixels {
    static {
        Engine.ready();
    }

    private Pixels() {}

    /**
     * Pixels to a network's input: {@code (x / 255 - mean) / std}, in torchvision's order of operations.
     *
     * @param pixels [N,H,W,3] uint8
     * @param mean   of red, green and blue, where white is 1
     * @param std    likewise
     * @return [N,3,H,W] fp32, channels-last
     */
    public static Tensor normalize(Tensor pixels, List<Double> mean, List<Double> std) {
        var x = pixels.permute(0, 3, 1, 2).to(DType.F32);
        x.handle.div_(new Scalar(255.0));
        x.handle.sub_(perChannel(mean, pixels).handle);
        x.handle.div_(perChannel(std, pixels).handle);
        return x;
    }

    private static Tensor perChannel(List<Double> rgb, Tensor on) {
        var values = new float[3];
        for (int i = 0; i < 3; i++) values[i] = rgb.get(i).floatValue();
        var t = Tensor.of(values, 1, 3, 1, 1);
        return on.handle.is_cuda() ? new Tensor(t.handle.to(on.handle.device(), ScalarTypes.of(DType.F32))) : t;
    }

    /** Images [N,3,H,W] seen in a mirror: left and right change places. */
    public static Tensor mirror(Tensor images) {
        return new Tensor(torch.flip(images.handle, 3));
    }

    /** Natural logarithms of probabilities; of 1e-30 for less. */
    public static Tensor log(Tensor probabilities) {
        return new Tensor(probabilities.handle.clamp_min(new Scalar(1e-30)).log());
    }

    /** Images [N,3,H,W] drawn smaller, as Pillow's bilinear filter does: each pixel a weighted mean of those it covers. */
    public static Tensor shrink(Tensor images, int height, int width) {
        return Ops.guard(
                "_upsample_bilinear2d_aa",
                images,
                () -> new Tensor(Dispatch.call(
                                "aten::_upsample_bilinear2d_aa",
                                "",
                                images,
                                new long[] {height, width},
                                false,
                                null,
                                null)
                        .get(0)
                        .toTensor()));
    }

    /** All windows of k x k pixels. [N,C,H,W] -> [N,C*k*k,(H-k+1)*(W-k+1)]; an element is channel, row, column. */
    public static Tensor windows(Tensor images, int k) {
        return Ops.guard(
                "im2col",
                images,
                () -> new Tensor(torch.im2col(
                        images.handle, new long[] {k, k}, new long[] {1, 1}, new long[] {0, 0}, new long[] {1, 1})));
    }

    /** Of a symmetric matrix [n,n]: values [n] from the least, and vectors [n,n], each a row. */
    public static List<Tensor> eigen(Tensor symmetric) {
        return Ops.guard("linalg_eigh", symmetric, () -> {
            var pair = torch.linalg_eigh(symmetric.handle);
            return List.of(new Tensor(pair.get0()), new Tensor(pair.get1()).permute(1, 0));
        });
    }
}
