package resnet4j.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.format_tag;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.primitive_desc;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import resnet4j.array.DType;

/**
 * An operation that oneDNN has compiled for inputs of one shape and for some number of threads, with weights in the order
 * that it reads. Threads may share it. Owns its memory until {@link #close}.
 */
final class OneDnnKernel implements AutoCloseable {
    static final engine CPU = NativeScope.own(new engine(engine.kind.cpu, 0));
    private static final stream STREAM = NativeScope.own(new stream(CPU));
    private static final Pointer UNTOLD = NativeScope.own(new BytePointer(1)); // oneDNN takes no null for an address

    private final Operation operation;
    private final long[] shape, result;
    private final int threads;
    private final primitive primitive;
    private final memory.desc x, residual, y, scratchpad;
    private final memory weight; // the operation's; null for an operation without weights
    private final Map<Integer, memory> constants;
    private final AtomicReference<Arguments> spare;
    private final Lifetime lifetime = new Lifetime("a kernel", this::free);
    private volatile long lastUse;

    /**
     * What is to be compiled.
     *
     * @param order   memory order of what comes and goes
     * @param inPlace whether the result takes the residual's memory
     * @param result  the shape of the result, for an input's
     */
    record Operation(
            String name,
            Types types,
            format_tag order,
            boolean inPlace,
            UnaryOperator<long[]> result,
            Description description) {

        /** oneDNN's description for inputs of a shape, sums and results so described, with weights in the order that it likes best. */
        interface Description {
            primitive_desc of(long[] shape, memory.desc x, memory.desc bias, memory.desc residual, memory.desc y);
        }

        boolean add() {
            return types.residual != null;
        }

        private memory.desc describe(long[] shape, DType type) {
            return new memory.desc(shape, type(type), order);
        }
    }

    /** Of an operation's numbers. @param residual of the result's shape, which is added; null where none is */
    record Types(DType x, DType weight, DType residual, DType y) {
        static Types all(DType dtype, boolean add) {
            return floats(dtype, dtype, add);
        }

        /** @param factors the type of what is multiplied */
        static Types floats(DType factors, DType y, boolean add) {
            return new Types(factors, factors, add ? y : null, y);
        }
    }

    static primitive_attr attributes() {
        var attributes = new primitive_attr();
        attributes.set_scratchpad_mode(dnnl.scratchpad_mode.user); // the library's own belongs to one thread
        return attributes;
    }

    /**
     * @param shape   of the input
     * @param threads that the work is split over: as many as the calling thread has
     * @param weights   gives them in a memory order; null for an operation without weights
     * @param constants what else it reads at every run, by oneDNN's number of the argument
     */
    OneDnnKernel(
            Operation operation,
            long[] shape,
            int threads,
            Function<memory.desc, memory> weights,
            Map<Integer, memory> constants) {
        this.operation = operation;
        this.shape = shape;
        this.threads = threads;
        this.constants = constants;
        result = operation.result.apply(shape);
        try (var scope = new NativeScope()) {
            var types = operation.types;
            x = operation.describe(shape, types.x);
            y = operation.describe(result, types.y);
            residual = types.residual == null ? y : operation.describe(result, types.residual);
            var bias = constants.get(dnnl.DNNL_ARG_BIAS);
            var compiled = operation.description.of(shape, x, bias == null ? null : bias.get_desc(), residual, y);
            primitive = new primitive(compiled);
            scratchpad = compiled.scratchpad_desc();
            weight = weights == null ? null : weights.apply(compiled.weights_desc());
            spare = new AtomicReference<>(new Arguments());
            for (var made : List.of(x, residual, y, primitive, scratchpad))
                NativeScope.own(made); // only now, when nothing fails any more
        }
    }

    /** Whether it fits and is not closed; then it is used, at the time {@code now}, until {@link #leave}. */
    boolean enter(long[] shape, int threads, long now) {
        if (threads != this.threads || !Arrays.equals(shape, this.shape) || !lifetime.tryEnter()) return false;
        lastUse = now;
        return true;
    }

    void leave() {
        lifetime.leave();
    }

    long lastUse() {
        return lastUse;
    }

    /**
     * Both of the operation's type and memory order.
     *
     * @param in       of the shape that this was made for
     * @param residual of the result's shape, or null for an operation that adds none
     */
    Tensor run(Tensor in, Tensor residual) {
        if (operation.add() != (residual != null) || residual != null && !Arrays.equals(residual.shape(), result))
            throw new IllegalArgumentException(
                    "residual: expected " + (operation.add() ? "the result's shape " + Arrays.toString(result) : "none")
                            + ", got " + residual);
        var ready = spare.getAndSet(null);
        var arguments = ready == null ? new Arguments() : ready;
        try {
            return arguments.run(in, residual);
        } finally {
            if (!spare.compareAndSet(null, arguments)) arguments.close();
        }
    }

    @Override
    public void close() {
        lifetime.close();
    }

    private void free() {
        var arguments = spare.getAndSet(null);
        if (arguments != null) arguments.close();
        List.of(x, residual, y, scratchpad, primitive).forEach(Pointer::close);
    }

    /** What one thread hands over: a scratchpad, and the addresses of tensors, which are told anew at every run. */
    private final class Arguments implements AutoCloseable {
        private final List<Pointer> owned = new ArrayList<>();
        private final IntMemoryMap all = own(new IntMemoryMap());
        private final memory in, out, added; // the last one is null where nothing is added, or in place

        Arguments() {
            if (weight != null) all.put(dnnl.DNNL_ARG_WEIGHTS, weight);
            constants.forEach(all::put);
            try {
                all.put(dnnl.DNNL_ARG_SCRATCHPAD, own(new memory(scratchpad, CPU)));
                in = tensor(dnnl.DNNL_ARG_SRC, x);
                out = tensor(dnnl.DNNL_ARG_DST, y);
                int firstSum = dnnl.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE | dnnl.DNNL_ARG_SRC_1;
                added = operation.add() && !operation.inPlace ? tensor(firstSum, OneDnnKernel.this.residual) : null;
            } catch (RuntimeException | Error e) { // as large a scratchpad is not to be had
                close();
                throw e;
            }
        }

        private memory tensor(int key, memory.desc desc) {
            var memory = own(new memory(desc, CPU, UNTOLD));
            all.put(key, memory);
            return memory;
        }

        private <P extends Pointer> P own(P pointer) {
            owned.add(NativeScope.own(pointer));
            return pointer;
        }

        Tensor run(Tensor x, Tensor residual) {
            var y = operation.add() && operation.inPlace ? sameMemory(residual) : empty();
            in.set_data_handle(x.handle.data_ptr());
            out.set_data_handle(y.handle.data_ptr());
            if (added != null) added.set_data_handle(residual.handle.data_ptr());
            primitive.execute(STREAM, all);
            return y;
        }

        /** The residual's memory, which the result takes: of its type. */
        private Tensor sameMemory(Tensor residual) {
            var types = operation.types;
            return types.residual == types.y
                    ? residual
                    : new Tensor(residual.handle.view(ScalarTypes.of(types.y))); // both of as many bytes
        }

        @Override
        public void close() {
            owned.forEach(Pointer::close);
        }
    }

    private Tensor empty() {
        return operation.order == format_tag.nhwc
                ? Tensor.emptyChannelsLast(operation.types.y, result)
                : Tensor.empty(operation.types.y, result);
    }

    /** A tensor's memory, which has {@code order}. */
    static memory view(Tensor tensor, format_tag order) {
        return new memory(new memory.desc(tensor.shape(), type(tensor.dtype()), order), CPU, tensor.handle.data_ptr());
    }

    /** A copy in the memory order {@code order}, owned by the caller. */
    static memory copy(memory source, memory.desc order) {
        return reorder(source, NativeScope.own(new memory(order, CPU)));
    }

    /** The same in the bytes of {@code space}, which have to live as long. */
    static memory copy(memory source, memory.desc order, Tensor space) {
        return reorder(source, NativeScope.own(new memory(order, CPU, space.handle.data_ptr())));
    }

    private static memory reorder(memory source, memory copy) {
        new reorder(source, copy).execute(STREAM, source, copy);
        return copy;
    }

    static memory.data_type type(DType dtype) {
        return switch (dtype) {
            case F32 -> memory.data_type.f32;
            case BF16 -> memory.data_type.bf16;
            case U8 -> memory.data_type.u8;
            case I8 -> memory.data_type.s8;
            default -> throw new IllegalArgumentException("dtype: expected F32, BF16, U8 or I8, got " + dtype);
        };
    }
}
