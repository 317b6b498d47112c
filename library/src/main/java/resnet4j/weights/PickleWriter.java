package resnet4j.weights;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import resnet4j.array.DType;
import resnet4j.array.HostTensor;

/** Writes the pickle of a state dict, protocol 2, as {@code torch.save} describes tensors. */
final class PickleWriter {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private PickleWriter() {}

    /** An OrderedDict of tensors; the storage of each is called by its place: 0, 1, ... */
    static byte[] stateDict(Map<String, HostTensor> tensors) {
        var pickle = new PickleWriter();
        pickle.opcodes(0x80, 2); // PROTO
        pickle.emptyDict();
        pickle.opcodes('(');
        int storage = 0;
        for (var e : tensors.entrySet()) {
            pickle.string(e.getKey());
            pickle.tensor(e.getValue(), String.valueOf(storage++));
        }
        pickle.opcodes('u', '.'); // SETITEMS, STOP
        return pickle.out.toByteArray();
    }

    /** _rebuild_tensor_v2(storage, 0, shape, strides, requires_grad=False, OrderedDict()). */
    private void tensor(HostTensor tensor, String storage) {
        global("torch._utils", "_rebuild_tensor_v2");
        opcodes('(');
        opcodes('(');
        string("storage");
        global("torch", storageType(tensor.dtype()));
        string(storage);
        string("cpu");
        integer(tensor.elements());
        opcodes('t', 'Q'); // TUPLE, BINPERSID
        integer(0);
        integers(tensor.shape());
        strides(tensor);
        opcodes(0x89); // False
        emptyDict();
        opcodes('t', 'R'); // TUPLE, REDUCE
    }

    private void strides(HostTensor tensor) {
        int rank = tensor.shape().size();
        var strides = new Long[rank];
        long stride = 1;
        for (int d = rank - 1; d >= 0; d--) {
            strides[d] = stride;
            stride *= Math.max(1, tensor.shape().get(d));
        }
        integers(List.of(strides));
    }

    private static String storageType(DType dtype) {
        return switch (dtype) {
            case F64 -> "DoubleStorage";
            case F32 -> "FloatStorage";
            case F16 -> "HalfStorage";
            case BF16 -> "BFloat16Storage";
            case I64 -> "LongStorage";
            case I32 -> "IntStorage";
            case I16 -> "ShortStorage";
            case I8 -> "CharStorage";
            case U8 -> "ByteStorage";
            case BOOL -> "BoolStorage";
        };
    }

    private void emptyDict() {
        global("collections", "OrderedDict");
        opcodes(')', 'R'); // EMPTY_TUPLE, REDUCE
    }

    private void global(String module, String name) {
        out.writeBytes(("c" + module + "\n" + name + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    private void string(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        opcodes('X');
        littleEndian(utf8.length, 4);
        out.writeBytes(utf8);
    }

    private void integers(Collection<Long> values) {
        opcodes('(');
        values.forEach(this::integer);
        opcodes('t');
    }

    private void integer(long value) {
        if (value == (int) value) {
            opcodes('J');
            littleEndian(value, 4);
        } else {
            opcodes(0x8a, 8); // LONG1
            littleEndian(value, 8);
        }
    }

    private void littleEndian(long value, int bytes) {
        for (int i = 0; i < bytes; i++) out.write((int) (value >>> 8 * i));
    }

    private void opcodes(int... bytes) {
        for (int b : bytes) out.write(b);
    }
}
