package resnet4j.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import resnet4j.tensor.DType;

/**
 * The classes and functions that a PyTorch file may name, and what each stands for here. Whatever is not in this list
 * is refused by name: nothing that a file says is ever looked up or run.
 */
final class TorchObjects implements Pickle.Globals {
    /** Part of a storage that old files name by themselves; the offset in bytes. */
    private record StorageView(Storage storage, long offset) {}

    private interface Function {
        Object call(List<?> arguments) throws IOException;
    }

    /** A class or function of Python: its name, and what a call of it gives. */
    private record Global(String name, Function function) {
        @Override
        public String toString() {
            return name;
        }
    }

    private record StorageType(DType dtype) {}

    private static final String FROM_TYPE = "torch._tensor._rebuild_from_type_v2";

    private final Budget budget;
    private final Map<String, Object> known = new LinkedHashMap<>();
    private final Map<String, Storage> storages = new LinkedHashMap<>();

    TorchObjects(Budget budget) {
        this.budget = budget;
        for (String name : List.of("collections.OrderedDict", "collections.Counter", "builtins.dict"))
            allow(name, this::dictionary);
        allow("collections.defaultdict", arguments -> new LinkedHashMap<>());
        for (String name : List.of("builtins.set", "__builtin__.set", "builtins.list", "torch.Size"))
            allow(name, arguments -> arguments.isEmpty() ? new ArrayList<>() : listOf(arguments.get(0)));
        for (String name : List.of("builtins.dict", "builtins.int", "builtins.float", "builtins.list", "builtins.bool"))
            known.putIfAbsent(name, new Global(name, null)); // a defaultdict's factory
        allow("argparse.Namespace", arguments -> new Pickle.Attributes());
        allow("_codecs.encode", this::latin1);
        allow("torch.device", arguments -> at(arguments, 0));

        allow("torch._utils._rebuild_tensor", a -> view(a, null));
        allow("torch._utils._rebuild_tensor_v2", a -> view(a, null));
        allow("torch._utils._rebuild_tensor_v3", a -> view(a, Pickle.as(DType.class, at(a, 6), "a dtype")));
        allow("torch._utils._rebuild_parameter", a -> at(a, 0));
        allow("torch._utils._rebuild_parameter_with_state", a -> at(a, 0));
        allow(FROM_TYPE, this::rebuildFromType);
        for (String name : List.of("torch.nn.parameter.Parameter", "torch.nn.parameter.Buffer", "torch.Tensor"))
            allow(name, a -> at(a, 0));

        storage("Double", DType.F64, "float64", "double");
        storage("Float", DType.F32, "float32", "float");
        storage("Half", DType.F16, "float16", "half");
        storage("BFloat16", DType.BF16, "bfloat16");
        storage("Long", DType.I64, "int64", "long");
        storage("Int", DType.I32, "int32", "int");
        storage("Short", DType.I16, "int16", "short");
        storage("Char", DType.I8, "int8");
        storage("Byte", DType.U8, "uint8");
        storage("Bool", DType.BOOL, "bool");
        for (String module : List.of("torch.storage.", "torch."))
            known.put(module + "UntypedStorage", new StorageType(null));
    }

    private void storage(String type, DType dtype, String... names) {
        for (String module : List.of("torch.", "torch.cuda."))
            known.put(module + type + "Storage", new StorageType(dtype));
        for (String name : names) known.put("torch." + name, dtype);
    }

    private void allow(String name, Function function) {
        known.put(name, new Global(name, function));
    }

    /** Every storage that was named, by its key, in that order. */
    Map<String, Storage> storages() {
        return storages;
    }

    @Override
    public Object find(String name) throws Malformed {
        Object global = known.get(name);
        if (global != null) return global;
        String python = name.replaceFirst("^(posix|nt)\\.", "os.").replaceFirst("^__builtin__\\.", "builtins.");
        throw new Malformed("refused: in Python this file would call " + shortened(python)
                + "; expected only tensors and plain containers, as torch.save(model.state_dict(), file) writes");
    }

    private static String shortened(String name) {
        return name.length() < 120 ? name : name.substring(0, 120) + "...";
    }

    @Override
    public Object call(Object global, List<?> arguments) throws IOException {
        if (global instanceof Global g && g.function != null) return g.function.call(arguments);
        throw new Malformed(
                "expected a function that rebuilds tensors in the pickle, got a call of " + Pickle.kind(global));
    }

    /** ('storage', type, key, location, number of elements[, (view key, offset, number of elements)]). */
    @Override
    public Object persistent(Object id) throws IOException {
        List<?> fields = Pickle.as(List.class, id, "a storage");
        if (!"storage".equals(at(fields, 0)))
            throw new Malformed("expected storages outside the pickle, got " + Pickle.kind(at(fields, 0)));
        StorageType type = Pickle.as(StorageType.class, at(fields, 1), "a storage type");
        String key = Pickle.as(String.class, at(fields, 2), "a storage key");
        int elementBytes = type.dtype == null ? 1 : type.dtype.bytes;
        long bytes = Sizes.times(integer(at(fields, 4)), elementBytes);
        Storage storage = storages.computeIfAbsent(key, k -> new Storage(k, type.dtype, bytes));
        if (storage.bytes() != bytes || storage.dtype() != type.dtype)
            throw new Malformed("storage " + shortened(key) + " is named twice with different types or sizes");
        if (fields.size() > 5 && fields.get(5) instanceof List<?> part) {
            long offset = Sizes.times(integer(at(part, 1)), elementBytes);
            return new StorageView(storage, offset);
        }
        return storage;
    }

    private TensorView view(List<?> arguments, DType dtype) throws IOException {
        Object of = at(arguments, 0);
        long start = of instanceof StorageView part ? part.offset : 0;
        Storage storage = of instanceof StorageView part ? part.storage : Pickle.as(Storage.class, of, "a storage");
        DType type = dtype != null ? dtype : storage.dtype();
        if (type == null) throw new Malformed("a tensor of untyped storage names no dtype");
        long offset = start / type.bytes + integer(at(arguments, 1));
        return new TensorView(type, storage, offset, integers(at(arguments, 2)), integers(at(arguments, 3)));
    }

    /** A tensor with a type or attributes of its own: (function, type, arguments, state). */
    private Object rebuildFromType(List<?> arguments) throws IOException {
        Object function = at(arguments, 0);
        if (function == known.get(FROM_TYPE)) throw new Malformed("a tensor is rebuilt from itself");
        return call(function, listOf(at(arguments, 2)));
    }

    /** A dictionary, given none, another one, or a list of pairs as Python 2 writes an OrderedDict. */
    private Object dictionary(List<?> arguments) throws IOException {
        if (!arguments.isEmpty() && arguments.get(0) instanceof Map<?, ?> other) return other;
        var map = new LinkedHashMap<Object, Object>();
        if (arguments.isEmpty()) return map;
        for (Object item : listOf(arguments.get(0))) {
            budget.take(2 * Budget.OBJECT);
            List<?> pair = listOf(item);
            map.put(Pickle.as(String.class, at(pair, 0), "a name"), at(pair, 1));
        }
        return map;
    }

    /** Bytes, which protocol 2 writes as text. */
    private Object latin1(List<?> arguments) throws IOException {
        String text = Pickle.as(String.class, at(arguments, 0), "text");
        budget.take(text.length());
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    static Object at(List<?> list, int i) throws Malformed {
        if (i < list.size()) return list.get(i);
        throw new Malformed("expected at least " + (i + 1) + " arguments in the pickle, got " + list.size());
    }

    private static List<?> listOf(Object value) throws Malformed {
        return Pickle.as(List.class, value, "a list");
    }

    private static long integer(Object value) throws Malformed {
        return Pickle.as(Long.class, value, "a 64-bit integer");
    }

    private List<Long> integers(Object value) throws Malformed {
        var integers = new ArrayList<Long>(4);
        for (Object item : listOf(value)) {
            budget.take(Budget.OBJECT);
            integers.add(integer(item));
        }
        return integers;
    }
}
