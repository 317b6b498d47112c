package resnet4j.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import resnet4j.array.DType;
import resnet4j.weights.Pickle.Inert;

/**
 * The classes and functions that a PyTorch file may name, and what each stands for here; nothing that a file says is ever
 * looked up or run. What is not in this list is read over if it is harmless, such as Lightning's settings, and refused by
 * name if it can only be meant to do something to whoever opens the file in Python.
 */
final class TorchObjects implements Pickle.Globals {
    /** Part of a storage that old files name by themselves; the offset in bytes. */
    private record StorageView(Storage storage, long offset) {}

    private interface Function {
        Object call(TorchObjects objects, List<?> arguments) throws IOException;
    }

    /** A class or function of Python: its name, and what a call of it gives. */
    private record Global(String name, Function function) {
        @Override
        public String toString() {
            return name;
        }
    }

    private record StorageType(DType dtype) {}

    /** Modules of Python with which a file can do something, by the first part of their names. */
    private static final Set<String> DOING =
            Set.of(("os posix nt subprocess sys shutil importlib imp runpy pty socket ctypes"
                            + " _ctypes webbrowser code codeop timeit pdb bdb profile cProfile pickle _pickle cloudpickle dill"
                            + " marshal shelve operator _operator types commands platform pydoc doctest trace pip")
                    .split(" "));

    private static final Set<String> HARMLESS_BUILTINS = Set.of(
            "bool bytearray bytes complex float int long object range slice str tuple type unicode xrange".split(" "));

    private static final String FROM_TYPE = "torch._tensor._rebuild_from_type_v2";

    private static final String DEFAULT = "collections.defaultdict";

    /** The whole list. */
    private static final Map<String, Object> KNOWN = new HashMap<>();

    static {
        allow(TorchObjects::dictionary, "collections.OrderedDict", "collections.Counter", "builtins.dict");
        allow((o, a) -> new LinkedHashMap<>(), DEFAULT);
        allow(TorchObjects::reconstruct, "copyreg._reconstructor");
        allow(TorchObjects::list, "builtins.set", "builtins.frozenset", "builtins.list", "torch.Size");
        allow((o, a) -> new Pickle.Attributes(), "argparse.Namespace", "types.SimpleNamespace");
        allow(TorchObjects::latin1, "_codecs.encode");
        allow((o, a) -> at(a, 0), "torch.device");

        allow((o, a) -> o.view(a, null), "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2");
        allow((o, a) -> o.view(a, Pickle.as(DType.class, at(a, 6), "a dtype")), "torch._utils._rebuild_tensor_v3");
        allow((o, a) -> at(a, 0), "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state");
        allow((o, a) -> at(a, 0), "torch.nn.parameter.Parameter", "torch.nn.parameter.Buffer", "torch.Tensor");
        allow(TorchObjects::rebuildFromType, FROM_TYPE);

        storage(DType.F64, "Double", "float64", "double");
        storage(DType.F32, "Float", "float32", "float");
        storage(DType.F16, "Half", "float16", "half");
        storage(DType.BF16, "BFloat16", "bfloat16");
        storage(DType.I64, "Long", "int64", "long");
        storage(DType.I32, "Int", "int32", "int");
        storage(DType.I16, "Short", "int16", "short");
        storage(DType.I8, "Char", "int8");
        storage(DType.U8, "Byte", "uint8");
        storage(DType.BOOL, "Bool", "bool");
        for (String module : List.of("torch.storage.", "torch."))
            KNOWN.put(module + "UntypedStorage", new StorageType(null));
    }

    private static void allow(Function function, String... names) {
        for (String name : names) KNOWN.put(name, new Global(name, function));
    }

    private static void storage(DType dtype, String type, String... dtypeNames) {
        for (String module : List.of("torch.", "torch.cuda."))
            KNOWN.put(module + type + "Storage", new StorageType(dtype));
        for (String name : dtypeNames) KNOWN.put("torch." + name, dtype);
    }

    private final Budget budget;
    private final Map<String, Storage> storages = new LinkedHashMap<>();

    TorchObjects(Budget budget) {
        this.budget = budget;
    }

    /** Every storage that was named, by its key, in that order. */
    Map<String, Storage> storages() {
        return storages;
    }

    @Override
    public Object find(String name) throws Malformed {
        String python = name.replaceFirst("^__builtin__\\.", "builtins.").replaceFirst("^copy_reg\\.", "copyreg.");
        Object global = KNOWN.get(python);
        if (global != null) return global;
        if (does(python)) throw refusal(python);
        return new Inert(name);
    }

    private static boolean does(String name) {
        String module = name.substring(0, Math.max(0, name.indexOf('.')));
        if (module.equals("builtins")) return !HARMLESS_BUILTINS.contains(name.substring(module.length() + 1));
        return DOING.contains(module) || name.matches("torch\\.(load|(hub|jit|package|utils\\.cpp_extension)\\..*)");
    }

    /** Why a file is refused whose weights would be what {@code name} makes. */
    static Malformed refusal(String name) {
        if (name.matches("torch\\.(_utils\\._rebuild_)?\\w+"))
            return new Malformed(
                    "expected dense tensors of " + Arrays.toString(DType.values()) + ", got " + shortened(name));
        return new Malformed("refused: in Python this file would call "
                + shortened(name.replaceFirst("^(posix|nt)\\.", "os."))
                + "; expected only tensors and plain containers, as torch.save(model.state_dict(), file) writes");
    }

    private static String shortened(String name) {
        return name.length() < 120 ? name : name.substring(0, 120) + "...";
    }

    @Override
    public Object call(Object global, List<?> arguments) throws IOException {
        if (!arguments.isEmpty() && arguments.get(0) instanceof Inert inert && global != KNOWN.get(DEFAULT))
            return inert;
        if (global instanceof Global g) return g.function.call(this, arguments);
        throw new Malformed(
                "expected a function that rebuilds tensors in the pickle, got a call of " + Pickle.kind(global));
    }

    /** ('storage', type, key, location, number of elements[, (view key, offset, number of elements)]). */
    @Override
    public Object persistent(Object id) throws IOException {
        List<?> fields = Pickle.as(List.class, id, "a storage");
        if ("module".equals(at(fields, 0)) && at(fields, 1) instanceof Inert type) return type; // beside its source
        if (!"storage".equals(at(fields, 0)))
            throw new Malformed("expected storages outside the pickle, got " + Pickle.kind(at(fields, 0)));
        if (at(fields, 1) instanceof Inert other) return new Inert(other.name);
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
        if (function instanceof Inert) return function;
        if (function == KNOWN.get(FROM_TYPE)) throw new Malformed("a tensor is rebuilt from itself");
        return call(function, listOf(at(arguments, 2)));
    }

    /** An object of protocol 1: (class, class that it builds on, what that is made of). */
    private Object reconstruct(List<?> arguments) throws IOException {
        if (at(arguments, 0) == KNOWN.get("copyreg._reconstructor")) throw new Malformed("an object is made of itself");
        return call(at(arguments, 0), List.of());
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

    private Object list(List<?> arguments) throws Malformed {
        return arguments.isEmpty() ? new ArrayList<>() : listOf(arguments.get(0));
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
