package resnet4j.detect;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import resnet4j.array.DType;
import resnet4j.export.OnnxProgram;
import resnet4j.export.OnnxProgram.Value;
import resnet4j.graph.Passes;
import resnet4j.graph.Tracer;

/**
 * The steps between a detector's parts in ONNX's operators, for one picture of any size: what {@link ImageBatch},
 * {@link Anchors}, {@link BoxCoder}, {@link Nms} and {@link RoiPool} do. Boxes are [n,4], their labels and scores [n].
 */
final class OnnxSteps {
    static final String PICTURE = "images", BOXES = "boxes", LABELS = "labels", SCORES = "scores", MASKS = "masks";

    private final DetectionNet net;
    final OnnxProgram program = new OnnxProgram();

    /** [1]: of the picture, as resized, and as padded. */
    private final Value height, width, rows, columns, paddedRows, paddedColumns;

    private final Value images; // [1,3,h,w]

    OnnxSteps(DetectionNet net) {
        this.net = net;
        var pixels = program.input(PICTURE, DType.U8, 1, "height", "width", 3);
        height = pixels.size(1);
        width = pixels.size(2);
        var sizes = net.config.sizes();
        int least = sizes.min().get(sizes.min().size() - 1);
        var scale = number(least)
                .over(height.least(width).doubles())
                .least(number(sizes.max()).over(height.most(width).doubles()));
        rows = height.doubles().times(scale).longs().most(program.whole(1));
        columns = width.doubles().times(scale).longs().most(program.whole(1));
        paddedRows = divisible(rows);
        paddedColumns = divisible(columns);
        images = padded(resized(normalised(pixels)));
    }

    private Value number(int whole) {
        return program.whole(whole).doubles();
    }

    private Value divisible(Value side) {
        var divisor = program.whole(ImageBatch.DIVISOR);
        return side.plus(program.whole(ImageBatch.DIVISOR - 1)).over(divisor).times(divisor);
    }

    private Value normalised(Value pixels) {
        var mean = program.numbers(ImageBatch.MEAN, 3, 1, 1);
        var std = program.numbers(ImageBatch.STD, 3, 1, 1);
        return pixels.permute(0, 3, 1, 2).floats().over(255).minus(mean).over(std);
    }

    private Value resized(Value x) {
        var nothing = program.none();
        var to = program.cat(0, List.of(program.whole(1, 3), rows, columns));
        return program.op(
                "Resize",
                Map.of("mode", "linear", "coordinate_transformation_mode", "half_pixel"),
                x,
                nothing,
                nothing,
                to);
    }

    private Value padded(Value x) {
        var ends = List.of(program.whole(0, 0, 0, 0, 0, 0), paddedRows.minus(rows), paddedColumns.minus(columns));
        return program.op("Pad", x, program.cat(0, ends));
    }

    /** What a part answers, by its traced graph. */
    Map<String, Value> answers(Part part, Value in) {
        var graph = Passes.simplify(net.graph(part, net.config.parts().get(part)));
        return program.graph(part.toString(), graph, Map.of(Tracer.INPUT, in));
    }

    /** What is said at every place. */
    Map<String, Value> places() {
        return answers(Part.PLACES, images);
    }

    /** Those of a name in their order. */
    static List<Value> list(Map<String, Value> numbered, String name) {
        var all = new ArrayList<Value>();
        for (Value next; (next = numbered.get(name + all.size())) != null; ) all.add(next);
        return all;
    }

    /** [1,a*k,H,W] -> [H*W*a,k]. */
    static Value flat(Value x, int k) {
        return x.permute(0, 2, 3, 1).reshape(-1, k);
    }

    /** Of a map [1,C,H,W] of a level: [H*W*a,4]. */
    Value anchors(Anchors anchors, int level, Value map) {
        Value down = map.size(2), across = map.size(3);
        var y = program.range(down).times(paddedRows.over(down)).floats().reshape(-1, 1, 1, 1);
        var x = program.range(across).times(paddedColumns.over(across)).floats().reshape(1, -1, 1, 1);
        var corners = y.times(program.numbers(new float[] {0, 1, 0, 1}, 4))
                .plus(x.times(program.numbers(new float[] {1, 0, 1, 0}, 4)));
        return corners.plus(program.numbers(anchors.cells(level), anchors.each(), 4))
                .reshape(-1, 4);
    }

    /** {@link BoxCoder#decode}. */
    Value decoded(BoxCoder coder, Value codes, Value from) {
        var sides = sides(from);
        var middle = codes.columns(0, 2)
                .over(coder.centre())
                .times(sides)
                .plus(from.columns(0, 2).plus(sides.times(0.5)));
        var factors = program.op("Exp", codes.columns(2, 4).over(coder.size()).least(BoxCoder.MOST));
        var half = factors.times(sides).times(0.5);
        return program.cat(1, List.of(middle.minus(half), middle.plus(half)));
    }

    /** Widths and heights [n,2]. */
    static Value sides(Value boxes) {
        return boxes.columns(2, 4).minus(boxes.columns(0, 2));
    }

    /** What of boxes is inside the image. */
    Value clipped(Value boxes) {
        var most = program.cat(0, List.of(columns, rows, columns, rows)).floats();
        return boxes.most(0).least(most);
    }

    /** Which boxes are at least that wide and high. */
    Value large(Value boxes, float side) {
        var sides = sides(boxes);
        return both(sides.column(0).reaches(side), sides.column(1).reaches(side));
    }

    private Value both(Value a, Value b) {
        return a.and(b).reshape(-1).places();
    }

    /** Those that are left of boxes by suppression in groups: [C,n] with scores from 0, and below it those not of a group. */
    Value suppressed(Value boxes, Value scores, double overlap) {
        var kept = program.op(
                "NonMaxSuppression",
                boxes.reshape(1, -1, 4),
                program.op("Unsqueeze", scores, program.whole(0)),
                program.whole(Integer.MAX_VALUE),
                program.number((float) overlap),
                program.number(-0.5f));
        return kept.column(2).reshape(-1);
    }

    /** {@link Found#best}. */
    OnnxFound best(Value boxes, Value labels, Value scores, Limits limits) {
        var classes = program.range(program.whole(net.config.classes())).reshape(-1, 1);
        var groups = scores.where(program.op("Equal", labels, classes), -1); // [C,n]
        var kept = suppressed(boxes, groups, limits.overlap());
        var most = kept.size(0).least(program.whole(limits.most()));
        var order = kept.rows(scores.rows(kept).top(most, true).places());
        return new OnnxFound(boxes.rows(order), labels.rows(order), scores.rows(order));
    }

    /** {@link RoiPool#of}: [n,C,side,side]. */
    Value pieces(RoiPool pool, List<Value> maps, Value boxes) {
        double ln2 = Math.log(2);
        var ratio = maps.get(0).size(2).floats().over(rows.floats());
        var power = program.op("Round", program.op("Log", ratio).over(ln2)); // the finest map's scale is 2 to that
        var finest = power.times(-1);
        var sides = sides(boxes);
        var side = program.op("Sqrt", sides.column(0).times(sides.column(1))).reshape(-1);
        var level = program.op(
                "Floor", program.op("Log", side.over(RoiPool.SCALE)).over(ln2).plus(RoiPool.LEVEL + 1e-6));
        var map = level.most(finest)
                .least(finest.plus(RoiPool.LEVELS - 1))
                .minus(finest)
                .longs();
        var orders = new ArrayList<Value>();
        var pieces = new ArrayList<Value>();
        for (int i = 0; i < RoiPool.LEVELS; i++) {
            var here = program.op("Equal", map, program.whole(i)).places();
            var scale = program.op("Pow", program.number(2), power.plus(-i));
            orders.add(here);
            pieces.add(program.op(
                    "RoiAlign",
                    Map.of(
                            "mode",
                            "avg",
                            "coordinate_transformation_mode",
                            "output_half_pixel",
                            "output_height",
                            pool.side(),
                            "output_width",
                            pool.side(),
                            "sampling_ratio",
                            pool.sampling(),
                            "spatial_scale",
                            1f),
                    maps.get(i),
                    boxes.rows(here).times(scale),
                    here.times(program.whole(0))));
        }
        var order = program.cat(0, orders);
        var back = order.top(order.size(0), false).places(); // where each box's piece is
        return program.cat(0, pieces).rows(back);
    }

    /** {@link MaskHead#paste}: 1 where masks [n,28,28] of boxes in the picture's pixels say so, [n,height,width]. */
    Value pasted(Value masks, Value boxes) {
        var around = program.op("Pad", masks, program.whole(0, 1, 1, 0, 1, 1));
        var down = weights(boxes.column(1), boxes.column(3), height);
        var across = weights(boxes.column(0), boxes.column(2), width).permute(0, 2, 1);
        return program.op("MatMul", program.op("MatMul", down, around), across)
                .reaches(0.5)
                .bytes();
    }

    /** What each of {@code pixels} takes of each place between two sides [n,1]: [n,pixels,30], linear between places. */
    private Value weights(Value from, Value to, Value pixels) {
        int side = MaskHead.SIDE + 2;
        var half = to.minus(from).times(0.5).times((double) side / MaskHead.SIDE);
        var middle = to.plus(from).times(0.5);
        var first = middle.minus(half).longs();
        var length =
                middle.plus(half).longs().minus(first).plus(program.whole(1)).most(program.whole(1));
        var pixel = program.range(pixels).minus(first); // [n,pixels]
        var inside = program.op(
                "Cast", Map.of("to", 1), pixel.reaches(program.whole(0)).and(length.above(pixel)));
        var place = pixel.floats()
                .plus(0.5)
                .times(program.number(side).over(length.floats()))
                .plus(-0.5)
                .most(0);
        var places = new float[side];
        for (int i = 0; i < side; i++) places[i] = i;
        var away = program.op(
                "Abs", program.op("Unsqueeze", place, program.whole(2)).minus(program.numbers(places, side)));
        return away.times(-1).plus(1).most(0).times(program.op("Unsqueeze", inside, program.whole(2)));
    }

    /** The file's outputs: of things, in the picture's own pixels. */
    void outputs(OnnxFound found) {
        var across = width.floats().over(columns.floats());
        var down = height.floats().over(rows.floats());
        var boxes = found.boxes().times(program.cat(0, List.of(across, down, across, down)));
        var sides = sides(boxes);
        var real = sides.column(0).above(0).and(sides.column(1).above(0)).reshape(-1);
        var things = real.and(found.labels().above(program.whole(0))).places();
        boxes = boxes.rows(things);
        program.output(BOXES, boxes, DType.F32, "things", 4);
        program.output(LABELS, found.labels().rows(things), DType.I64, "things");
        program.output(SCORES, found.scores().rows(things), DType.F32, "things");
        if (found.masks().isPresent())
            program.output(
                    MASKS, pasted(found.masks().get().rows(things), boxes), DType.U8, "things", "height", "width");
    }
}
