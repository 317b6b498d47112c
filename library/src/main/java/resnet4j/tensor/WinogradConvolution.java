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
 * A 3x3 convolution in 32-bit floats with a quarter of the products or fewer, by {@link Winograd}: of large maps, or many
 * small ones, with many channels, where transforming them takes less than is saved. Its numbers differ from the direct sum's
 * by about 1e-5 of the largest; of bfloat16, where tiles may be larger, by 1e-4, and are closer to the exact ones than direct
 * sums, as nothing is rounded on the way. Threads may share it. Owns its memory until {@link #close}.
 */
public final class WinogradConvolution implements Prepared {
    static {
        Engine.ready();
    }

    private static final Op.Conv2d CONVOLUTION = new Op.Conv2d(Size.of(1), Size.of(1), Size.of(1), 1);

    /** From so many channels of both sides on, and their product, and so many tiles of all pictures, it is faster than oneDNN's own. */
    private static final long CHANNELS = 64 * 128, LEAST = 64, TILES = 64;

    /** The same where a processor multiplies twice as many bfloat16 at a time as floats. */
    private static final long LEAST_OF_BF16 = 256;

    /** Pixels of all pictures from which on, for such a processor, its weights are worth their memory, if no other place shares them. */
    private static final long WORTH = 2500;

    /** Products for a pixel, of 9, that are not too many for such a processor: whole tiles are more than the picture. */
    private static final double SPENT = 1.25 * 36 / 16;

    /** Tiles of 6x6 pixels, whose weights take 16/9 of the memory, take this share of the products of those of 4x4, or less. */
    private static final double LESS = 0.85;

    /** Tiles that are transformed and multiplied at once: so few that all of it stays in a core's caches. */
    private static final int TOGETHER = 64;

    /** Numbers of a place that are transformed at once: those of all places stay in a core's second cache. */
    private static final int STRIP = 1024;

    /** Numbers after each array's that nobody uses: of arrays a page apart, writing to one delays reading from the others. */
    private static final int APART = 64;

    /** One for each thread that has ever worked at the same time as others; all convolutions take turns with them. */
    private static final Deque<Work> SPARE = new ConcurrentLinkedDeque<>();

    private final Winograd way;
    private final OneDnn product; // for each place a matrix [tiles,Cin] by one [Cin,Cout]
    private final int in, out;
    private final float[] bias; // or null
    private final DType factors, type;
    private final boolean add;
    private final boolean relu; // of each strip, while it is in a core's cache
    private final Optional<Op> activation; // of all, after what is added

    /** What one thread writes to, of a strip of a row of tiles: numbers of each place. */
    private record Work(float[][] numbers, float[][] half) {}

    /**
     * The way that is faster than oneDNN's for a convolution, if one is.
     *
     * @param images their shape
     * @param shared whether several convolutions have these weights
     */
    static Optional<Winograd> way(Op op, Tensor weight, List<Long> images, DType factors, boolean shared) {
        boolean kernels = op.equals(CONVOLUTION) && weight.size(2) == 3 && weight.size(3) == 3;
        if (!kernels || factors != DType.F32 && factors != DType.BF16) return Optional.empty();
        long out = weight.size(0), in = weight.size(1), least = Math.min(in, out);
        boolean large = twice(factors)
                ? least >= LEAST_OF_BF16 && (shared || pixels(images) >= WORTH) && !OneDnn.amx()
                : least >= LEAST && in * out >= CHANNELS;
        return large && pays(images, factors)
                ? Optional.of(fewest(images, factors).way())
                : Optional.empty();
    }

    /** Whether oneDNN multiplies twice as many of these at a time as of floats. */
    private static boolean twice(DType factors) {
        return factors == DType.BF16 && Precision.bf16IsFaster();
    }

    private static boolean pays(List<Long> images, DType factors) {
        if (Mosaic.alone(Winograd.FOUR, images).tiles() < TILES) return false;
        return !twice(factors) || fewest(images, factors).products() <= SPENT * pixels(images);
    }

    private static long pixels(List<Long> images) {
        return images.get(0) * images.get(2) * images.get(3);
    }

    /** A way that loses no more than numbers of that type do. */
    private static Mosaic fewest(List<Long> images, DType factors) {
        Mosaic fours = Mosaic.of(Winograd.FOUR, images), sixes = Mosaic.of(Winograd.SIX, images);
        return factors == DType.BF16 && sixes.products() < LESS * fours.products() ? sixes : fours;
    }

    /** Whether it is no slower than oneDNN's for images of that shape as well: its memory is spent already. */
    public boolean suits(List<Long> images) {
        return !twice(factors) || pays(images, factors);
    }

    /**
     * @param weight  [Cout,Cin,3,3]
     * @param bias    [Cout], or null
     * @param factors what the convolution multiplies, F32 or BF16
     * @param type    of the result, F32 or BF16
     */
    WinogradConvolution(Winograd way, OneDnn.Fused op, Tensor weight, Tensor bias, DType factors, DType type) {
        this.way = way;
        this.factors = factors;
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
                        OneDnnKernel.attributes(),
                        false));
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad();
                var exact = Ops.precision(Precision.FP32)) {
            var g = Tensor.of(flat(way.g), way.in, 3);
            var turned = weight.detach().to(DType.F32).permute(2, 3, 1, 0).contiguous(); // [3,3,Cin,Cout]
            var down = Ops.matmul(g, turned.reshape(3, 3L * in * out)).reshape(way.in, 3, (long) in * out);
            var all = Ops.matmul(g, down).reshape(way.places(), in, out);
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
            var mosaic = Mosaic.of(way, Arrays.stream(x.shape()).boxed().toList());
            var images = mosaic.laid(x);
            int high = (int) images.size(2), wide = (int) images.size(3);
            var y = Tensor.emptyChannelsLast(DType.F32, new long[] {images.size(0), out, high, wide});
            int across = (int) way.tiles(wide), down = (int) way.tiles(high), all = (int) images.size(0) * down;
            int threads = Engine.threads(), columns = Math.min(across, TOGETHER);
            int rows = Math.max(1, Math.min(TOGETHER / across, (all + threads - 1) / threads));
            int beside = (across + columns - 1) / columns;
            Workers.each((all + rows - 1) / rows * beside, i -> {
                int first = i / beside * rows, left = i % beside * columns;
                int partRows = Math.min(rows, all - first), partColumns = Math.min(columns, across - left);
                int tiles = mosaic.across() == 0 ? partRows * partColumns : rows * columns;
                var part = new Part(way.out, high, wide, down, first, partRows, left, partColumns, tiles);
                var work = work(Math.max(STRIP, Math.max(in, out)));
                apply(part, images, y, work);
                SPARE.push(work);
            });
            boolean done = !add && activation.isEmpty();
            var made = mosaic.taken(y, done ? type : DType.F32);
            return scope.keep(done ? made : activated(made, residual).to(type));
        }
    }

    /** Tiles of a row that are transformed at once. @param channels of each */
    private static int strip(int columns, int channels) {
        return Math.min(columns, Math.max(1, STRIP / channels));
    }

    private Tensor activated(Tensor y, Tensor residual) {
        var sum = add ? Ops.add_(y, residual) : y;
        if (activation.isEmpty()) return sum;
        var op = activation.get();
        return op.hasInPlaceForm() ? Ops.runInPlace(op, sum) : Ops.run(op, sum);
    }

    private Work work(int each) {
        int places = way.places();
        var found = SPARE.poll();
        if (found != null) {
            if (found.half.length >= places && found.half[0].length >= each) return found;
            places = Math.max(places, found.half.length);
            each = Math.max(each, found.half[0].length - APART);
        }
        return new Work(new float[places][each + APART], new float[places][each + APART]);
    }

    /**
     * Some tiles of pictures of {@code high} times {@code wide} pixels, {@code down} rows of tiles each. Rows of tiles and rows
     * of pixels are counted through all pictures.
     *
     * @param size  pixels of a tile along height and width
     * @param first of {@code rows} rows of tiles
     * @param left  of {@code columns} tiles of each row
     * @param tiles that products are made of: as many in a last part too where pictures lie together, of which there may be any
     *              number, as oneDNN compiles a kernel for each
     */
    private record Part(int size, int high, int wide, int down, int first, int rows, int left, int columns, int tiles) {
        /** Those from {@code from} on, {@code columns} at most. */
        Part strip(int from, int columns) {
            return new Part(
                    size, high, wide, down, first, rows, left + from, Math.min(columns, this.columns - from), tiles);
        }

        /** Pixels of its picture that are above row {@code r} of tiles. */
        int above(int r) {
            return (first + r) % down * size;
        }

        /** The first row of pixels that row {@code r} of tiles makes. */
        long begin(int r) {
            return (long) ((first + r) / down) * high + above(r);
        }

        /** How many of its rows of pixels are in the picture. */
        int made(int r) {
            return Math.min(size, high - above(r));
        }
    }

    private void apply(Part part, Tensor images, Tensor made, Work work) {
        int tiles = part.tiles, columns = part.columns;
        long begin = part.begin(0), last = part.begin(part.rows - 1), end = last + part.made(part.rows - 1);
        long from = Math.max(0, begin - 1), until = Math.min(images.size(0) * part.high, end + 1);
        try (var scope = new NativeScope()) {
            var x = Tensor.empty(DType.F32, way.places(), tiles, in);
            FloatBuffer given = rows(images, from, until, part.wide * in),
                    numbers = rows(x, 0, way.places(), tiles * in);
            int few = strip(columns, in);
            for (int r = 0; r < part.rows; r++)
                for (int c = 0; c < columns; c += few) {
                    var strip = part.strip(c, few);
                    int n = strip.columns * in;
                    read(strip, r, given, (int) (part.begin(r) - from), work.numbers);
                    way.input(work.numbers, work.half, n);
                    for (int p = 0; p < way.places(); p++)
                        numbers.put((p * tiles + r * columns + c) * in, work.numbers[p], 0, n);
                }
            var sums = rows(product.run(x.shape(), x, null), 0, way.places(), tiles * out);
            var y = rows(made, begin, end, part.wide * out);
            int some = strip(columns, out);
            for (int r = 0; r < part.rows; r++)
                for (int c = 0; c < columns; c += some) {
                    var strip = part.strip(c, some);
                    int n = strip.columns * out;
                    for (int p = 0; p < way.places(); p++)
                        sums.get((p * tiles + r * columns + c) * out, work.numbers[p], 0, n);
                    addBias(work.numbers[way.constant()], strip.columns);
                    way.output(work.numbers, work.half, n);
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
        for (int i = 0; i < way.in; i++) {
            int h = part.above(r) + i - 1;
            for (int j = 0; j < way.in; j++)
                for (int t = 0; t < part.columns; t++) {
                    int w = way.out * (part.left + t) + j - 1;
                    boolean inside = h >= 0 && h < part.high && w >= 0 && w < part.wide;
                    var to = numbers[way.in * i + j];
                    if (inside) x.get(((at + i - 1) * part.wide + w) * in, to, t * in, in);
                    else Arrays.fill(to, t * in, (t + 1) * in, 0);
                }
        }
    }

    private void addBias(float[] numbers, int tiles) {
        if (bias == null) return;
        for (int t = 0; t < tiles; t++) for (int c = 0; c < out; c++) numbers[t * out + c] += bias[c];
    }

    private void relu(float[][] numbers, int n) {
        for (int i = 0; i < way.out; i++)
            for (int j = 0; j < way.out; j++) {
                var of = numbers[way.in * i + j];
                for (int k = 0; k < n; k++) of[k] = Math.max(0, of[k]);
            }
    }

    /** What a row of tiles has become, from row {@code at} of {@code y} on. */
    private void write(Part part, int r, float[][] numbers, FloatBuffer y, int at) {
        int right = Math.min(part.wide, way.out * (part.left + part.columns));
        for (int i = 0; i < part.made(r); i++)
            for (int w = way.out * part.left; w < right; w++) {
                int t = w / way.out - part.left;
                y.put(((at + i) * part.wide + w) * out, numbers[way.in * i + w % way.out], t * out, out);
            }
    }

    @Override
    public void close() {
        product.close();
    }
}
