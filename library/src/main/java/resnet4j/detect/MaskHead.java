package resnet4j.detect;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import resnet4j.export.OnnxProgram.Value;
import resnet4j.image.LabelMap;
import resnet4j.nn.Conv2d;
import resnet4j.nn.ConvTranspose2d;
import resnet4j.nn.Init;
import resnet4j.nn.Lambda;
import resnet4j.nn.Layer;
import resnet4j.nn.Norm;
import resnet4j.nn.Sequential;
import resnet4j.tensor.Losses;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** Which pixels of a box are the thing, for each class by itself. He et al. 2017, arXiv:1703.06870, section 3. */
final class MaskHead extends BoxDetail {
    /** Places of a box in each direction. */
    static final int SIDE = 28;

    private final Layer head, predictor, larger;
    private final Conv2d logits;
    private final int classes;

    MaskHead(int channels, int classes, Optional<Norm> norm) {
        this.classes = classes;
        var layers = new ArrayList<Layer>();
        for (int i = 0; i < 4; i++)
            layers.add(norm.map(n -> new Sequential(Conv2d.of(channels, channels, 3), n.of(channels), Lambda.relu()))
                    .orElseGet(() -> new Sequential(Conv2d.biased(channels, channels, 3, 1), Lambda.relu())));
        head = child("mask_head", new Sequential(layers));
        for (var net : head.nets().values())
            if (net instanceof Conv2d conv) {
                Init.kaimingNormalFanOut(conv.weight());
                if (conv.bias() != null) Init.constant(conv.bias(), 0);
            }
        var larger = new ConvTranspose2d(channels, channels, 2, 2, 0);
        var logits = Conv2d.biased(channels, classes, 1, 1);
        Init.kaimingNormalFanOut(larger.weight());
        Init.kaimingNormalFanOut(logits.weight());
        this.larger = larger;
        this.logits = logits;
        var parts = new LinkedHashMap<String, Layer>();
        parts.put("conv5_mask", larger);
        parts.put("relu", Lambda.relu());
        parts.put("mask_fcn_logits", logits);
        predictor = child("mask_predictor", new Sequential(parts));
    }

    @Override
    String lossName() {
        return "loss_mask";
    }

    @Override
    Optional<Layer> ofClasses() {
        return Optional.of(logits);
    }

    /** [R,classes,28,28]. */
    @Override
    Tensor answers(Tensor pieces) {
        return predictor.apply(head.apply(pieces));
    }

    @Override
    Tensor loss(ImageBatch batch, List<Tensor> maps, List<RoiHeads.Sampled> things) {
        int n = total(things);
        if (n == 0) return nothing();
        var rows = new long[n];
        var targets = new float[n * SIDE * SIDE];
        int next = 0;
        for (int image = 0; image < things.size(); image++) {
            var of = things.get(image);
            for (int i = 0; i < of.labels().length; i++, next++) {
                rows[next] = (long) next * classes + of.labels()[i];
                var mask = batch.truth().get(image).masks().get(of.matches()[i]);
                cut(mask, of.boxes(), i, targets, next * SIDE * SIDE);
            }
        }
        var boxes = things.stream().map(RoiHeads.Sampled::boxes).toList();
        Tensor x; // [R,classes,28,28]
        try (var pieces = POOL.of(maps, boxes, batch.sizes())) {
            x = answers(pieces);
        }
        var chosen = Rows.pick(Ops.reshape(x, n * classes, SIDE * SIDE), rows);
        return Losses.binaryCrossEntropy(
                chosen, Tensor.of(targets, n, (long) SIDE * SIDE).to(x.device()));
    }

    /** The share of a mask in each place of a box: the mean of bilinear samples, one for each pixel or more. */
    private static void cut(LabelMap mask, Boxes boxes, int box, float[] out, int offset) {
        float x1 = boxes.at(box, 0), y1 = boxes.at(box, 1);
        float width = Math.max(boxes.width(box), 1), height = Math.max(boxes.height(box), 1);
        float across = width / SIDE, down = height / SIDE;
        int columns = (int) Math.ceil(across), rows = (int) Math.ceil(down);
        for (int y = 0; y < SIDE; y++)
            for (int x = 0; x < SIDE; x++) {
                float sum = 0;
                for (int i = 0; i < rows; i++) {
                    float at = y1 + y * down + (i + 0.5f) * down / rows;
                    for (int j = 0; j < columns; j++)
                        sum += sample(mask, x1 + x * across + (j + 0.5f) * across / columns, at);
                }
                out[offset + y * SIDE + x] = sum / (rows * columns);
            }
    }

    private static float sample(LabelMap mask, float x, float y) {
        if (x < -1 || y < -1 || x > mask.width() || y > mask.height()) return 0;
        x = Math.max(x, 0);
        y = Math.max(y, 0);
        int left = (int) x, top = (int) y;
        int right = left + 1, bottom = top + 1;
        if (left >= mask.width() - 1) x = right = left = mask.width() - 1;
        if (top >= mask.height() - 1) y = bottom = top = mask.height() - 1;
        float lx = x - left, ly = y - top, hx = 1 - lx, hy = 1 - ly;
        return hy * hx * mask.at(left, top)
                + hy * lx * mask.at(right, top)
                + ly * hx * mask.at(left, bottom)
                + ly * lx * mask.at(right, bottom);
    }

    /** What the last layer takes, and that layer, as each thing needs the mask of one class alone. */
    @Override
    Map<String, Tensor> seen(Tensor pieces) {
        var x = Ops.relu(larger.apply(head.apply(pieces))); // [R,C,28,28]
        return Map.of("last", x, "weight", logits.weight(), "bias", logits.bias());
    }

    @Override
    List<Found> find(
            ImageBatch batch, List<Tensor> maps, List<Found> found, Function<Tensor, Map<String, Tensor>> seen) {
        int n = found.stream().mapToInt(f -> f.boxes().size()).sum();
        if (n == 0) return found;
        var boxes = found.stream().map(Found::boxes).toList();
        var labels = found.stream()
                .flatMapToInt(f -> IntStream.of(f.labels()))
                .asLongStream()
                .toArray();
        var made = seen.apply(POOL.of(maps, boxes, batch.sizes()));
        var last = made.get("last");
        int channels = (int) last.size(1);
        var weight = Rows.pick(made.get("weight").reshape(classes, channels), labels); // [R,C]
        var bias = Rows.pick(made.get("bias").reshape(classes, 1), labels); // [R,1]
        var places = last.permute(0, 2, 3, 1).reshape(n, SIDE * SIDE, channels);
        var logits = Ops.matmul(places, weight.reshape(n, channels, 1)).reshape(n, SIDE * SIDE);
        float[] all = Ops.sigmoid(DetectionNet.sane(Ops.add(logits, bias))).toFloats();
        var masked = new ArrayList<Found>();
        int next = 0;
        for (var of : found) {
            var masks = new ArrayList<float[]>();
            for (int i = 0; i < of.labels().length; i++, next++)
                masks.add(Arrays.copyOfRange(all, next * SIDE * SIDE, (next + 1) * SIDE * SIDE));
            masked.add(new Found(of.boxes(), of.labels(), of.scores(), masks, List.of()));
        }
        return masked;
    }

    @Override
    OnnxFound find(OnnxSteps steps, List<Value> maps, OnnxFound found) {
        var program = steps.program;
        var made = steps.answers(Part.DETAIL, steps.pieces(POOL, maps, found.boxes()));
        int channels = (int) logits.weight().size(1);
        var places = made.get("last").reshape(0, channels, SIDE * SIDE);
        var weight = made.get("weight").reshape(classes, 1, channels).rows(found.labels()); // [R,1,C]
        var bias = made.get("bias").reshape(classes, 1, 1).rows(found.labels());
        var masks = program.op("Sigmoid", program.op("MatMul", weight, places).plus(bias));
        return new OnnxFound(found.boxes(), found.labels(), found.scores(), Optional.of(masks.reshape(0, SIDE, SIDE)));
    }

    /**
     * A mask of a picture's size: 1 where the mask of a box says so with half or more.
     *
     * @param mask  28 x 28 numbers
     * @param boxes in the picture's pixels
     */
    static LabelMap paste(float[] mask, Boxes boxes, int box, int height, int width) {
        int side = SIDE + 2; // with a place of nothing around, so that masks end softly
        float scale = (float) side / SIDE;
        float halfWidth = boxes.width(box) * 0.5f * scale, halfHeight = boxes.height(box) * 0.5f * scale;
        float x = (boxes.at(box, 2) + boxes.at(box, 0)) * 0.5f, y = (boxes.at(box, 3) + boxes.at(box, 1)) * 0.5f;
        int left = (int) (x - halfWidth), top = (int) (y - halfHeight);
        int w = Math.max((int) (x + halfWidth) - left + 1, 1), h = Math.max((int) (y + halfHeight) - top + 1, 1);
        var out = new byte[height * width];
        for (int row = Math.max(0, top); row < Math.min(height, top + h); row++)
            for (int column = Math.max(0, left); column < Math.min(width, left + w); column++)
                if (between(mask, place(row - top, h, side), place(column - left, w, side)) >= 0.5f)
                    out[row * width + column] = 1;
        return new LabelMap(width, height, out, 0);
    }

    /** Where pixel {@code i} of {@code n} lies among {@code side} places. */
    private static float place(int i, int n, int side) {
        return Math.max(0, (i + 0.5f) * ((float) side / n) - 0.5f);
    }

    private static float between(float[] mask, float y, float x) {
        int top = (int) y, left = (int) x;
        float ly = y - top, lx = x - left;
        return (1 - ly) * ((1 - lx) * at(mask, top, left) + lx * at(mask, top, left + 1))
                + ly * ((1 - lx) * at(mask, top + 1, left) + lx * at(mask, top + 1, left + 1));
    }

    private static float at(float[] mask, int row, int column) {
        return row < 1 || column < 1 || row > SIDE || column > SIDE ? 0 : mask[(row - 1) * SIDE + column - 1];
    }
}
