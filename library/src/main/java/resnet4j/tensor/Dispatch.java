package resnet4j.tensor;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.CompilationUnit;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.global.torch;

/**
 * Calls operators by their schema's name, for those that the presets do not map: fused optimisers, {@code _foreach_}
 * and oneDNN's fused convolutions.
 */
final class Dispatch {
    private Dispatch() {}

    private static final Map<String, OperatorHandle> HANDLES = new ConcurrentHashMap<>();

    /**
     * Makes typed lists, empty when n is 0: the one thing that an IValue cannot be built for from Java. The length is
     * an argument because a literal {@code []} is one constant, the same list at every call.
     */
    private static final CompilationUnit LISTS = keep(torch.compile("""
            def tensors(n: int) -> List[Tensor]:
              return [torch.empty(0) for _ in range(n)]
            def ints(n: int) -> List[int]:
              return [0 for _ in range(n)]
            def optional_scalars(n: int) -> List[Optional[number]]:
              return [None for _ in range(n)]
            """));

    /** Lives as long as the process, whatever scope is open now. */
    private static <P extends Pointer> P keep(P pointer) {
        pointer.retainReference();
        return pointer;
    }

    /**
     * Calls {@code aten::name} or another namespace's operator and gives back what it leaves on the stack.
     *
     * @param overload empty for the default overload
     * @param args     all arguments in the schema's order: {@link Tensor}, {@code List<Tensor>}, {@code long[]},
     *                 {@code Double}, {@code Long}, {@code Boolean}, {@code String} or null for None
     */
    static IValueVector call(String name, String overload, Object... args) {
        var stack = new IValueVector();
        for (var arg : args) stack.push_back(value(arg));
        Dispatcher.singleton().callBoxed(handle(name, overload), stack);
        return stack;
    }

    static OperatorHandle handle(String name, String overload) {
        return HANDLES.computeIfAbsent(name + "." + overload, key -> {
            return keep(Dispatcher.singleton().findSchemaOrThrow(name, overload));
        });
    }

    static IValue value(Object arg) {
        if (arg == null) return new IValue();
        if (arg instanceof Tensor tensor) return new IValue(tensor.handle);
        if (arg instanceof Double number) return new IValue(number.doubleValue());
        if (arg instanceof Long number) return new IValue(number.longValue());
        if (arg instanceof Boolean flag) return new IValue(flag.booleanValue());
        if (arg instanceof String text) return new IValue(text);
        if (arg instanceof long[] numbers) {
            var list = list("ints");
            var items = list.toIntList();
            for (long number : numbers) items.push_back(number);
            return list;
        }
        if (arg instanceof List<?> tensors) {
            var list = list("tensors");
            var items = list.toTensorList();
            for (var tensor : tensors) items.push_back(((Tensor) tensor).handle);
            return list;
        }
        throw new IllegalArgumentException("no native value for " + arg.getClass());
    }

    /** An empty list of optional numbers: the {@code scalars} argument of oneDNN's pointwise operators. */
    static IValue noScalars() {
        return list("optional_scalars");
    }

    private static IValue list(String kind) {
        return LISTS.get_function(new QualifiedName(kind)).apply(new IValueVector(new IValue(0L)));
    }
}
