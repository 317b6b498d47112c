package resnet4j.detect;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import resnet4j.export.OnnxProgram.Value;
import resnet4j.nn.Conv2d;
import resnet4j.nn.ConvTranspose2d;
import resnet4j.nn.Init;
import resnet4j.nn.Lambda;
import resnet4j.nn.Layer;
import resnet4j.nn.Net;
import resnet4j.nn.Sequential;
import resnet4j.tensor.Losses;
import resnet4j.tensor.Op;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** Where in a box each keypoint is: one of the places of a map. He et al. 2017, arXiv:1703.06870, section 5. */
final class KeypointHead extends BoxDetail {
    static final int KEYPOINTS = 17;
    private static final int SIDE = 56, WIDTH = 512;

    private final Layer head;
    private final Predictor predictor;

    KeypointHead(int channels) {
        var layers = new ArrayList<Layer>();
        for (int i = 0; i < 8; i++) {
            layers.add(Conv2d.biased(i == 0 ? channels : WIDTH, WIDTH, 3, 1));
            layers.add(Lambda.relu());
        }
        head = child("keypoint_head", new Sequential(layers));
        for (var net : head.nets().values())
            if (net instanceof Conv2d conv) {
                Init.kaimingNormalFanOut(conv.weight());
                Init.constant(conv.bias(), 0);
            }
        predictor = child("keypoint_predictor", new Predictor());
    }

    /** Holds the name. */
    private static final class Predictor extends Net {
        private final ConvTranspose2d coarse =
                child("kps_score_lowres", new ConvTranspose2d(WIDTH, KEYPOINTS, 4, 2, 1));

        Predictor() {
            Init.kaimingNormalFanOut(coarse.weight());
            Init.constant(coarse.bias(), 0);
        }
    }

    @Override
    String lossName() {
        return "loss_keypoint";
    }

    /** [R,17,56,56]. */
    @Override
    Tensor answers(Tensor pieces) {
        return Ops.upsample(predictor.coarse.apply(head.apply(pieces)), SIDE, SIDE, Op.Interpolation.BILINEAR);
    }

    @Override
    Tensor loss(ImageBatch batch, List<Tensor> maps, List<RoiHeads.Sampled> things) {
        int n = total(things);
        var seen = new ArrayList<Long>(); // among all keypoints, [R*17]
        var places = new ArrayList<Long>();
        int next = 0;
        for (int image = 0; image < things.size(); image++) {
            var of = things.get(image);
            for (int i = 0; i < of.labels().length; i++, next++) {
                var points = batch.truth().get(image).keypoints().get(of.matches()[i]);
                for (int k = 0; k < KEYPOINTS; k++) {
                    int x = place(points[3 * k], of.boxes().at(i, 0), of.boxes().at(i, 2));
                    int y = place(
                            points[3 * k + 1], of.boxes().at(i, 1), of.boxes().at(i, 3));
                    if (x < 0 || y < 0 || x >= SIDE || y >= SIDE || !(points[3 * k + 2] > 0)) continue;
                    seen.add((long) next * KEYPOINTS + k);
                    places.add((long) y * SIDE + x);
                }
            }
        }
        if (seen.isEmpty()) return nothing();
        var boxes = things.stream().map(RoiHeads.Sampled::boxes).toList();
        Tensor x; // [R*17,56*56]
        try (var pieces = POOL.of(maps, boxes, batch.sizes())) {
            x = Ops.reshape(answers(pieces), n * KEYPOINTS, SIDE * SIDE);
        }
        var target = Tensor.of(Rows.numbers(places), places.size()).to(x.device());
        return Losses.crossEntropy(Rows.pick(x, Rows.numbers(seen)), target, 0);
    }

    /** Which place of the map; one that is outside where the point is outside the box. */
    private static int place(float point, float from, float to) {
        return point == to ? SIDE - 1 : (int) Math.floor((point - from) * (SIDE / (to - from)));
    }

    @Override
    List<Found> find(
            ImageBatch batch, List<Tensor> maps, List<Found> found, Function<Tensor, Map<String, Tensor>> seen) {
        if (found.stream().allMatch(f -> f.boxes().size() == 0)) return found;
        var boxes = found.stream().map(Found::boxes).toList();
        var answers = seen.apply(POOL.of(maps, boxes, batch.sizes())).get(ANSWERS);
        float[] all = DetectionNet.sane(answers).toFloats();
        var pointed = new ArrayList<Found>();
        int next = 0;
        for (var of : found) {
            var points = new ArrayList<float[]>();
            for (int i = 0; i < of.labels().length; i++, next++) points.add(points(all, next, of.boxes(), i));
            pointed.add(new Found(of.boxes(), of.labels(), of.scores(), List.of(), points));
        }
        return pointed;
    }

    @Override
    OnnxFound find(OnnxSteps steps, List<Value> maps, OnnxFound found) {
        throw new IllegalArgumentException(
                "export: expected a detector of boxes or masks for ONNX, got one of keypoints,"
                        + " whose maps are enlarged to each box's own size; export it as .pth or .safetensors");
    }

    /** x, y and how sure of each keypoint: where the map, enlarged to the box's pixels, is greatest. */
    private static float[] points(float[] maps, int row, Boxes boxes, int box) {
        float width = Math.max(boxes.width(box), 1), height = Math.max(boxes.height(box), 1);
        int w = (int) Math.ceil(width), h = (int) Math.ceil(height);
        var points = new float[3 * KEYPOINTS];
        for (int k = 0; k < KEYPOINTS; k++) {
            int offset = (row * KEYPOINTS + k) * SIDE * SIDE;
            var wide = new float[SIDE * w];
            for (int y = 0; y < SIDE; y++)
                for (int x = 0; x < w; x++) wide[y * w + x] = cubic(maps, offset + y * SIDE, 1, x, w);
            float most = Float.NEGATIVE_INFINITY;
            for (int y = 0; y < h; y++)
                for (int x = 0; x < w; x++) {
                    float value = cubic(wide, x, w, y, h);
                    if (!(value > most)) continue;
                    most = value;
                    points[3 * k] = (x + 0.5f) * (width / w) + boxes.at(box, 0);
                    points[3 * k + 1] = (y + 0.5f) * (height / h) + boxes.at(box, 1);
                    points[3 * k + 2] = value;
                }
        }
        return points;
    }

    /** Of 56 numbers from {@code offset} in {@code stride}, number {@code i} of {@code n} by cubic convolution. */
    private static float cubic(float[] values, int offset, int stride, int i, int n) {
        float at = (i + 0.5f) * ((float) SIDE / n) - 0.5f;
        int from = (int) Math.floor(at);
        float t = at - from, a = -0.75f, sum = 0; // PyTorch's coefficient
        for (int j = -1; j <= 2; j++) {
            float d = Math.abs(t - j);
            float weight = d <= 1 ? ((a + 2) * d - (a + 3)) * d * d + 1 : ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
            sum += weight * values[offset + stride * Math.min(Math.max(from + j, 0), SIDE - 1)];
        }
        return sum;
    }
}
