package resnet4j.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.AbstractTensor;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.global.torch;
import resnet4j.array.DType;
import resnet4j.array.HostTensor;

/**
 * An array of numbers in native memory. It is freed by the innermost {@link NativeScope} of the thread that made it,
 * or by {@link #close} once somebody took it with {@link #own}.
 */
public final class Tensor implements AutoCloseable {
    static {
        Engine.ready();
    }

    final org.bytedeco.pytorch.Tensor handle;

    Tensor(org.bytedeco.pytorch.Tensor handle) {
        this.handle = handle;
    }

    public static Tensor of(float[] values, long... shape) {
        return new Tensor(AbstractTensor.create(values, shape));
    }

    public static Tensor of(long[] values, long... shape) {
        return new Tensor(AbstractTensor.create(values, shape));
    }

    /** Unsigned bytes. */
    public static Tensor of(byte[] values, long... shape) {
        return new Tensor(AbstractTensor.create(values, false, shape));
    }

    public static Tensor of(HostTensor host) {
        var tensor = empty(
                host.dtype(), host.shape().stream().mapToLong(Long::longValue).toArray());
        if (host.elements() > 0) tensor.bytes().asByteBuffer().put(host.data());
        return tensor;
    }

    public static Tensor zeros(long... shape) {
        return new Tensor(torch.zeros(shape));
    }

    /** Zeros of the same shape, type and memory order. */
    public Tensor zerosLike() {
        return new Tensor(torch.zeros_like(handle.detach()));
    }

    public static Tensor full(double value, long... shape) {
        var tensor = empty(DType.F32, shape);
        tensor.handle.fill_(new Scalar(value));
        return tensor;
    }

    /** Of that shape, with this tensor's type and device: {@code new_full}. */
    public Tensor newFull(double value, long... shape) {
        return new Tensor(handle.new_full(shape, new Scalar(value)));
    }

    /** Uninitialised memory. */
    public static Tensor empty(DType dtype, long... shape) {
        return empty(dtype, new MemoryFormatOptional(), shape);
    }

    /** Uninitialised memory in the order of {@link #channelsLast}. */
    static Tensor emptyChannelsLast(DType dtype, long... shape) {
        return empty(dtype, new MemoryFormatOptional(torch.MemoryFormat.ChannelsLast), shape);
    }

    private static Tensor empty(DType dtype, MemoryFormatOptional order, long... shape) {
        return new Tensor(torch.empty(
                shape,
                new ScalarTypeOptional(ScalarTypes.of(dtype)),
                Absent.LAYOUT,
                Absent.DEVICE,
                Absent.FLAG,
                order));
    }

    /** Uniform in [0,1), from the global generator: {@code torch.rand} after {@link Ops#seed}. */
    public static Tensor rand(long... shape) {
        return new Tensor(torch.rand(shape));
    }

    /** Standard normal, from the global generator. */
    public static Tensor randn(long... shape) {
        return new Tensor(torch.randn(shape));
    }

    /** The numbers from 0 to n - 1 in a random order: int64, {@code torch.randperm}. */
    public static Tensor permutation(long n) {
        return new Tensor(torch.torch_randperm(n));
    }

    /** e to the power of each element. */
    public Tensor exp() {
        return new Tensor(torch.exp(handle));
    }

    /** The square root of each element. */
    public Tensor sqrt() {
        return new Tensor(torch.sqrt(handle));
    }

    /** Where the elements [n] are, the largest first: int64, {@code torch.argsort}, which puts equal ones in any order. */
    public Tensor descending() {
        return new Tensor(torch.argsort(handle, 0, true));
    }

    public long[] shape() {
        return handle.shape();
    }

    public long size(int dim) {
        return handle.size(dim);
    }

    public int dim() {
        return (int) handle.dim();
    }

    public long elements() {
        return handle.numel();
    }

    public DType dtype() {
        return ScalarTypes.of(handle.scalar_type());
    }

    public Device device() {
        return handle.is_cuda() ? new Device(true, handle.device().index()) : Device.CPU;
    }

    /** Takes the tensor out of its scopes: it lives until {@link #close}. */
    public Tensor own() {
        NativeScope.own(handle);
        return this;
    }

    @Override
    public void close() {
        handle.close();
    }

    /** Whether no element is infinite or NaN. */
    public boolean isFinite() {
        try (var scope = new NativeScope()) {
            // a sum is finite only if its terms are; float sums of sane numbers do not overflow a double
            return Double.isFinite(handle.detach()
                    .sum(new ScalarTypeOptional(ScalarTypes.of(DType.F64)))
                    .item_double());
        }
    }

    /** The only element. */
    public double item() {
        return handle.item_double();
    }

    /** The elements in row-major order, as floats. */
    public float[] toFloats() {
        var values = new float[Math.toIntExact(elements())];
        try (var scope = new NativeScope()) {
            var tensor = to(DType.F32).to(Device.CPU).contiguous();
            if (values.length > 0) tensor.bytes().asByteBuffer().asFloatBuffer().get(values);
        }
        return values;
    }

    /** The elements in row-major order, as longs. */
    public long[] toLongs() {
        var values = new long[Math.toIntExact(elements())];
        try (var scope = new NativeScope()) {
            var tensor = to(DType.I64).to(Device.CPU).contiguous();
            if (values.length > 0) tensor.bytes().asByteBuffer().asLongBuffer().get(values);
        }
        return values;
    }

    /** A copy in Java memory, same type. */
    public HostTensor toHost() {
        try (var scope = new NativeScope()) {
            var tensor = to(Device.CPU).contiguous();
            var copy = ByteBuffer.allocate(Math.toIntExact(tensor.elements() * dtype().bytes))
                    .order(ByteOrder.LITTLE_ENDIAN);
            if (copy.capacity() > 0) copy.put(tensor.bytes().asByteBuffer()).flip();
            return new HostTensor(dtype(), Arrays.stream(shape()).boxed().toList(), copy);
        }
    }

    public Tensor to(DType dtype) {
        return dtype() == dtype ? this : new Tensor(handle.to(ScalarTypes.of(dtype)));
    }

    public Tensor to(Device device) {
        if (device.equals(device())) return this;
        return new Tensor(handle.to(device.handle(), handle.scalar_type()));
    }

    /** Moves the memory to {@code device}, in place: the tensor keeps its identity. */
    public void moveTo(Device device) {
        if (device.equals(device())) return;
        try (var scope = new NativeScope()) {
            handle.__dispatch_set_data(to(device).handle.detach());
        }
    }

    /** Row-major memory. */
    public Tensor contiguous() {
        return new Tensor(handle.contiguous());
    }

    /** Memory order N,H,W,C under the shape [N,C,H,W], which the convolutions of a CPU prefer. Four dimensions. */
    public Tensor channelsLast() {
        return new Tensor(handle.contiguous(torch.MemoryFormat.ChannelsLast));
    }

    /** Leaves the first numbers along each dimension, as many as {@code shape} says, in place, in memory of their own. */
    public void shrink(long... shape) {
        try (var scope = new NativeScope()) {
            var first = detach();
            for (int dim = 0; dim < shape.length; dim++) first = first.narrow(dim, 0, shape[dim]);
            handle.__dispatch_set_data(first.contiguous().copy().handle);
        }
    }

    /** {@link #channelsLast} in place: the tensor keeps its identity and gets other memory. */
    public void makeChannelsLast() {
        try (var scope = new NativeScope()) {
            handle.__dispatch_set_data(handle.detach().contiguous(torch.MemoryFormat.ChannelsLast));
        }
    }

    /** Shares memory, with dimensions in the order given. */
    public Tensor permute(long... dims) {
        return new Tensor(handle.permute(dims));
    }

    /** Shares memory, its single rows, columns... seen again and again: {@code expand}. */
    public Tensor expand(long... shape) {
        return new Tensor(handle.expand(shape));
    }

    public Tensor reshape(long... shape) {
        return new Tensor(handle.reshape(shape));
    }

    /** Those rows, whole numbers [M], of the first dimension. */
    public Tensor rows(Tensor numbers) {
        return new Tensor(torch.index_select(handle, 0, numbers.handle));
    }

    /** Shares memory: {@code length} slices of dimension {@code dim} from {@code start}. */
    public Tensor narrow(int dim, long start, long length) {
        return new Tensor(handle.narrow(dim, start, length));
    }

    /** The index of the largest element along {@code dim}, int64. */
    public Tensor argmax(int dim) {
        return new Tensor(handle.argmax(new LongOptional(dim), false));
    }

    /** The same memory without its history. */
    public Tensor detach() {
        return new Tensor(handle.detach());
    }

    /** A copy with memory of its own, in the same memory order. */
    public Tensor copy() {
        return new Tensor(handle.clone(new MemoryFormatOptional(torch.MemoryFormat.Preserve)));
    }

    /** Overwrites the elements with those of {@code source}, which has the same shape; types are converted. */
    public void set(Tensor source) {
        try (var noGrad = Ops.noGrad()) {
            handle.copy_(source.handle);
        }
    }

    /** Adds 1 to a whole number, in place. */
    public void increment() {
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            handle.add_(new Scalar(1L));
        }
    }

    public Tensor requireGrad(boolean on) {
        handle.set_requires_grad(on);
        return this;
    }

    public boolean requiresGrad() {
        return handle.requires_grad();
    }

    /** The gradient that {@link #backward} left here, or null. */
    public Tensor grad() {
        var grad = handle.grad();
        return grad.defined() ? new Tensor(grad) : null;
    }

    /** Forgets the gradient. */
    public void dropGrad() {
        try (var scope = new NativeScope()) {
            handle.mutable_grad().reset();
        }
    }

    /** Gradients of this scalar in every tensor it was computed from that requires one. */
    public void backward() {
        Ops.guard("backward", this, () -> {
            handle.backward();
            return null;
        });
    }

    /** As {@link #backward()}, for a tensor of any shape whose own gradient is {@code gradient}. */
    public void backward(Tensor gradient) {
        Ops.guard("backward", this, () -> {
            handle.backward(gradient.handle, new BoolOptional(), false, new TensorArrayRefOptional());
            return null;
        });
    }

    /** The row-major elements as raw memory, without a copy. */
    BytePointer bytes() {
        return new BytePointer(handle.data_ptr()).capacity(elements() * dtype().bytes);
    }

    @Override
    public String toString() {
        return dtype() + Arrays.toString(shape());
    }
}
