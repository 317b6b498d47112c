package resnet4j.tensor;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;

/**
 * Calls operators by their schema's name, for those that the presets do not map: fused optimisers and
 * {@code _foreach_}.
 */
final class Dispatch {
    private Dispatch() {}

    private static final Map<String, OperatorHandle> HANDLES = new ConcurrentHashMap<>();

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
        handle(name, overload).callBoxed(stack);
        return stack;
    }

    private static OperatorHandle handle(String name, String overload) {
        return HANDLES.computeIfAbsent(name + "." + overload, key -> {
            return NativeScope.own(Dispatcher.singleton().findSchemaOrThrow(name, overload));
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
            var list = emptyList("aten::permute", "", 1);
            for (long number : numbers) list.push_back(new IValue(number));
            return new IValue(list);
        }
        if (arg instanceof List<?> tensors) {
            var list = emptyList("aten::_foreach_neg", "", 0);
            for (var tensor : tensors) list.push_back(new IValue(((Tensor) tensor).handle));
            return new IValue(list);
        }
        throw new IllegalArgumentException("no native value for " + arg.getClass());
    }

    /** Lists know the type of their elements: here, what that argument of an operator has. */
    private static GenericList emptyList(String operator, String overload, int argument) {
        var type = handle(operator, overload)
                .schema()
                .arguments()
                .getPointer(argument)
                .type();
        return new GenericList(type.get().containedType(0));
    }
}
