package resnet4j.tensor;

import java.util.List;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.global.torch;
import resnet4j.array.DType;

/** Tensors of which the shape is enough. */
public final class Placeholder {
    static {
        Engine.ready();
    }

    private Placeholder() {}

    /** A shape without numbers: 32-bit floats that take no memory and cannot be read. */
    public static Tensor ofShape(long... shape) {
        return new Tensor(torch.empty(
                shape,
                new ScalarTypeOptional(ScalarTypes.of(DType.F32)),
                Absent.LAYOUT,
                new DeviceOptional(new org.bytedeco.pytorch.Device(torch.DeviceType.Meta)),
                Absent.FLAG,
                new MemoryFormatOptional()));
    }

    /**
     * Gives the memory of a tensor's numbers back, in place, where they are nobody else's: of shape and type it keeps all, and its
     * numbers are 0. Leaves it as it is where it is one of {@code others} under another handle.
     */
    public static void forget(Tensor t, List<Tensor> others) {
        for (var other : others) if (other != null && t.handle.is_same(other.handle)) return;
        try (var scope = new NativeScope()) {
            t.handle.__dispatch_set_data(t.newFull(0, 1).handle.expand(t.shape()));
        }
    }

    /** Zeros of that shape, 32-bit floats, which all lie in the same place: for whom the shape is enough. */
    public static Tensor zeros(long... shape) {
        return new Tensor(torch.zeros(1).expand(shape));
    }
}
