package resnet4j.tensor;

import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory.format_tag;
import resnet4j.array.DType;
import resnet4j.tensor.OneDnnKernel.Operation;
import resnet4j.tensor.OneDnnKernel.Types;
import resnet4j.tensor.Op.Size;

/**
 * A 3x3 convolution in 32-bit floats with a quarter of the products, by {@link Winograd}: of large maps with many channels,
 * where transforming them takes less than is saved. Its numbers differ from the direct sum's by about 1e-5 of the largest;
 * of bfloat16 they are closer to the exact ones, as nothing is rounded on the way. Threads may share it. Owns its memory
 * until {@link #close}.
 */
public final class WinogradConvolution implements Prepared {
    static {
        Engine.ready();
    }

    private static final Op.Conv2d CONVOLUTION = new Op.Conv2d(Size.of(1), Size.of(1), Size.of(1), 1);

    /** From so many channels of both sides on, and their product, and so many tiles of all pictures, it is faster than oneDNN's own. */
    private static final long CHANNELS = 64 * 128, LEAST = 64, TILES = 64;

    /** From so many channels of both sides on, of bfloat16, where a processor multiplies twice as many of these as of floats. */
    private static final long LEAST_OF_BF16 = 256;

    /** There, products of a tile's place with all its channels, and so many tiles, are enough. */
    private static final long WORTH = 12_000_000;

    /** There, so many times as many pixels as there are may be computed, in whole tiles. */
    private static final double SPILT = 1.25;

    /** Tiles that are transformed and multiplied at once: so few that all of it stays in a core's caches. */
    private static final int TOGETHER = 64;

    /** Numbers of a place that are transformed at once: those of all places stay in a core's second cache. */
    private static final int STRIP = 1024;

    /** One for each thread that has ever worked at the same time as others; all convolutions take turns with them. */
    private static final Deque<Work> SPARE = new ConcurrentLinkedDeque<>();

    private static final int PLACES = Winograd.IN * Winograd.IN;

    private final OneDnn product; // 36 matrices of [tiles,Cin] by [Cin,Cout]
    private final int in, out;
    private final float[] bias; // or null
    private final DType type;
    private final boolean add;
    private final boolean relu; // of each strip, while it is in a core's cache
    private final Optional<Op> activation; // of all, after what is added

    /** What one thread writes to, of a strip of a row of tiles: numbers of each place. */
    private record Work(float[][] numbers, float[][] half) {}

    /** Whether it is for a convolution, and faster. @param images their shape */
    static boolean pays(Op op, Tensor weight, List<Long> images, DType dtype) {
        if (!op.equals(CONVOLUTION) || weight.size(2) != 3 || weight.size(3) != 3) return false;
        long out = weight.size(0), in = weight.size(1), least = Math.min(in, out);
        long tiles = tiles(images.get(2)) * tiles(images.get(3));
        if (least < LEAST || in * out < CHANNELS || images.get(0) * tiles < TILES) return false;
        if (dtype == DType.F32 || dtype == DType.BF16 && !Precision.bf16IsFaster()) return true;
        double pixels = images.get(2) * images.get(3), made = tiles * Winograd.OUT * Winograd.OUT;
        boolean large = least >= LEAST_OF_BF16 && in * out * images.get(0) * tiles >= WORTH;
        return dtype == DType.BF16 && !OneDnn.amx() && large && made <= SPILT * pixels;
    }

    private static long tiles(long pixels) {
        return (pixels + Winograd.OUT - 1) / Winograd.OUT;
    }

    /** @param weight [Cout,Cin,3,3] @param bias [Cout], or null @param type of the result, F32 or BF16 */
    public WinogradConvolution(OneDnn.Fused op, Tensor weight, Tensor bias, DType type) {
        this.type = type;
        out = (int) weight.size(0);
        in = (int) weight.size(1);
        this.bias = bias == null ? null : bias.toFloats();
        add = op.add();
        relu = !add && op.activation().filter(Op.Relu.class::isInstance).isPresent();
        activation = relu ? Optional.empty() : op.activation();
        var operation = new Operation(
                "winograd",
                Types.all(DType.F32, false),
                format_tag.abc,
                false,
                shape -> new long[] {shape[0], shape[1], out},
                (shape, x, none, nothing, y) -> new matmul.primitive_desc(
                        OneDnnKernel.CPU,
                        x,
                        OneDnnConvolution.anyOrder(new long[] {shape[0], in, out}, DType.F32),
                        y,
                        OneDnn.attributes(),
                        false));
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad();
                var exact = Ops.precision(Precision.FP32)) {
            var g = Tensor.of(flat(Winograd.G), Winograd.IN, 3);
            var turned = weight.detach().to(DType.F32).permute(2, 3, 1, 0).contiguous(); // [3,3,Cin,Cout]
            var down = Ops.matmul(g, turned.reshape(3, 3L * in * out)).reshape(Winograd.IN, 3, (long) in * out);
            var all = Ops.matmul(g, down).reshape(PLACES, in, out);
            product = new OneDnn(operation, all, null, null, List.of(all.size(0), (long) TOGETHER, (long) in));
        }
    }

    private static float[] flat(float[][] matrix) {
        var flat = new float[matrix.length * matrix[0].length];
        for (int i = 0; i < flat.length; i++) flat[i] = matrix[i / matrix[0].length][i % matrix[0].length];
        return flat;
    }

    /** [N,Cin,H,W] -> [N,Cout,H,W] channels-last. @param residual of the result's shape, or null */
    @Override
    public Tensor apply(Tensor x, Tensor residual) {
        try (var scope = new NativeScope()) {
            var images = x.to(DType.F32).channelsLast();
            int high = (int) images.size(2), wide = (int) images.size(3);
            var y = Tensor.emptyChannelsLast(DType.F32, new long[] {images.size(0), out, high, wide});
            int across = (int) tiles(wide), down = (int) tiles(high), all = (int) images.size(0) * down;
            int threads = Engine.threads(), columns = Math.min(across, TOGETHER);
            int rows = Math.max(1, Math.min(TOGETHER / across, (all + threads - 1) / threads));
            int beside = (across + columns - 1) / columns;
            Workers.each((all + rows - 1) / rows * beside, i -> {
                int first = i / beside * rows, left = i % beside * columns;
                var part = new Part(
                        high, wide, down, first, Math.min(rows, all - first), left, Math.min(columns, across - left));
                var work = work(Math.max(STRIP, Math.max(in, out)));
                apply(part, images, y, work);
                SPARE.push(work);
            });
            var sum = add ? Ops.add_(y, residual) : y;
            return scope.keep(
                    activation.map(op -> activated(op, sum)).orElse(sum).to(type));
        }
    }

    /** Tiles of a row that are transformed at once. @param channels of each */
    private static int strip(int columns, int channels) {
        return Math.min(columns, Math.max(1, STRIP / channels));
    }

    private static Tensor activated(Op activation, Tensor x) {
        return activation.hasInPlaceForm() ? Ops.runInPlace(activation, x) : Ops.run(activation, x);
    }

    private static Work work(int each) {
        var found = SPARE.poll();
        return found != null && found.half[0].length >= each
                ? found
                : new Work(new float[PLACES][each], new float[PLACES][each]);
    }

    /**
     * Some tiles of pictures of {@code high} times {@code wide} pixels, {@code down} rows of tiles each. Rows of tiles and rows
     * of pixels are counted through all pictures.
     *
     * @param first of {@code rows} rows of tiles
     * @param left  of {@code columns} tiles of each row
     */
    private record Part(int high, int wide, int down, int first, int rows, int left, int columns) {
        int tiles() {
            return rows * columns;
        }

        /** Those from {@code from} on, {@code columns} at most. */
        Part strip(int from, int columns) {
            return new Part(high, wide, down, first, rows, left + from, Math.min(columns, this.columns - from));
        }

        /** Pixels of its picture that are above row {@code r} of tiles. */
        int above(int r) {
            return (first + r) % down * Winograd.OUT;
        }

        /** The first row of pixels that row {@code r} of tiles makes. */
        long begin(int r) {
            return (long) ((first + r) / down) * high + above(r);
        }

        /** How many of its rows of pixels are in the picture. */
        int made(int r) {
            return Math.min(Winograd.OUT, high - above(r));
        }
    }

    private void apply(Part part, Tensor images, Tensor made, Work work) {
        int tiles = part.tiles(), columns = part.columns;
        long begin = part.begin(0), last = part.begin(part.rows - 1), end = last + part.made(part.rows - 1);
        long from = Math.max(0, begin - 1), until = Math.min(images.size(0) * part.high, end + 1);
        try (var scope = new NativeScope()) {
            var x = Tensor.empty(DType.F32, PLACES, tiles, in);
            FloatBuffer given = rows(images, from, until, part.wide * in), numbers = rows(x, 0, PLACES, tiles * in);
            int few = strip(columns, in);
            for (int r = 0; r < part.rows; r++)
                for (int c = 0; c < columns; c += few) {
                    var strip = part.strip(c, few);
                    int n = strip.columns * in;
                    read(strip, r, given, (int) (part.begin(r) - from), work.numbers);
                    Winograd.input(work.numbers, work.half, n);
                    for (int p = 0; p < PLACES; p++)
                        numbers.put((p * tiles + r * columns + c) * in, work.numbers[p], 0, n);
                }
            var sums = rows(product.run(x.shape(), x, null), 0, PLACES, tiles * out);
            var y = rows(made, begin, end, part.wide * out);
            int some = strip(columns, out);
            for (int r = 0; r < part.rows; r++)
                for (int c = 0; c < columns; c += some) {
                    var strip = part.strip(c, some);
                    int n = strip.columns * out;
                    for (int p = 0; p < PLACES; p++)
                        sums.get((p * tiles + r * columns + c) * out, work.numbers[p], 0, n);
                    addBias(work.numbers[Winograd.CONSTANT], strip.columns);
                    Winograd.output(work.numbers, work.half, n);
                    if (relu) relu(work.numbers, n);
                    write(strip, r, work.numbers, y, (int) (part.begin(r) - begin));
                }
        }
    }

    /** Those rows, of an image's pixels or of numbers, {@code each} numbers long. */
    private static FloatBuffer rows(Tensor tensor, long from, long to, int each) {
        long bytes = (long) each * Float.BYTES;
        return tensor.bytes()
                .position(from * bytes)
                .limit(to * bytes)
                .asByteBuffer()
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    /** The pixels of a row of tiles, of which the first one is in row {@code at} of {@code x}; zeros around the picture. */
    private void read(Part part, int r, FloatBuffer x, int at, float[][] numbers) {
        for (int i = 0; i < Winograd.IN; i++) {
            int h = part.above(r) + i - 1;
            for (int j = 0; j < Winograd.IN; j++)
                for (int t = 0; t < part.columns; t++) {
                    int w = Winograd.OUT * (part.left + t) + j - 1;
                    boolean inside = h >= 0 && h < part.high && w >= 0 && w < part.wide;
                    var to = numbers[Winograd.IN * i + j];
                    if (inside) x.get(((at + i - 1) * part.wide + w) * in, to, t * in, in);
                    else Arrays.fill(to, t * in, (t + 1) * in, 0);
                }
        }
    }

    private void addBias(float[] numbers, int tiles) {
        if (bias == null) return;
        for (int t = 0; t < tiles; t++) for (int c = 0; c < out; c++) numbers[t * out + c] += bias[c];
    }

    private static void relu(float[][] numbers, int n) {
        for (int i = 0; i < Winograd.OUT; i++)
            for (int j = 0; j < Winograd.OUT; j++) {
                var of = numbers[Winograd.IN * i + j];
                for (int k = 0; k < n; k++) of[k] = Math.max(0, of[k]);
            }
    }

    /** What a row of tiles has become, from row {@code at} of {@code y} on. */
    private void write(Part part, int r, float[][] numbers, FloatBuffer y, int at) {
        int right = Math.min(part.wide, Winograd.OUT * (part.left + part.columns));
        for (int i = 0; i < part.made(r); i++)
            for (int w = Winograd.OUT * part.left; w < right; w++) {
                int t = w / Winograd.OUT - part.left;
                y.put(((at + i) * part.wide + w) * out, numbers[Winograd.IN * i + w % Winograd.OUT], t * out, out);
            }
    }

    @Override
    public void close() {
        product.close();
    }
}
