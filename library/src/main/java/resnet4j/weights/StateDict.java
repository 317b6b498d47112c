package resnet4j.weights;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import resnet4j.tensor.HostTensor;

/** Finds the named tensors in what a training script saved: unwraps, flattens, and drops prefixes of wrappers. */
final class StateDict {
    /** Where scripts keep the weights in a checkpoint, best first: averaged weights are the ones published. */
    private static final List<String> WRAPPERS =
            List.of("state_dict_ema", "model_ema", "state_dict", "model_state_dict", "model");

    /** What data-parallel training, torch.compile and Lightning-like wrappers put before every name. */
    private static final List<String> PREFIXES = List.of("module.", "_orig_mod.");

    /** torch's AveragedModel counts its updates beside the weights. */
    private static final String AVERAGED = "n_averaged";

    private static final int MAX_DEPTH = 64;
    private static final int MAX_WRAPPERS = 4;

    private final Storage.Source source;
    private final Budget budget;
    private final Map<String, HostTensor> tensors = new LinkedHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();

    private StateDict(Storage.Source source, Budget budget) {
        this.source = source;
        this.budget = budget;
    }

    /** The tensors and scalars in the {@code saved} object. */
    static WeightFile of(Object saved, Storage.Source source, Budget budget) throws IOException {
        var found = new StateDict(source, budget);
        Object weights = saved;
        Map<?, ?> inner = wrapped(weights);
        for (int depth = 0; inner != null; depth++, inner = wrapped(weights)) {
            if (depth == MAX_WRAPPERS) throw new Malformed("expected weights, got wrappers around wrappers");
            found.addScalars((Map<?, ?>) weights);
            weights = inner;
        }
        found.add("", weights, 0);
        return new WeightFile(withoutPrefixes(found.tensors), found.metadata);
    }

    private static Map<?, ?> wrapped(Object saved) {
        if (saved instanceof Map<?, ?> map)
            for (String wrapper : WRAPPERS)
                if (map.get(wrapper) instanceof Map<?, ?> inner && inner != map) return inner;
        return null;
    }

    private void addScalars(Map<?, ?> map) throws IOException {
        for (var e : map.entrySet()) if (scalar(e.getValue())) addScalar(String.valueOf(e.getKey()), e.getValue());
    }

    private void add(String name, Object value, int depth) throws IOException {
        budget.take(Budget.OBJECT);
        if (depth > MAX_DEPTH) throw new Malformed("expected containers nested at most " + MAX_DEPTH + " deep");
        if (value instanceof TensorView view) {
            if (tensors.put(name, view.read(source, budget)) != null)
                throw new Malformed("the file holds two tensors called " + name);
        } else if (value instanceof Map<?, ?> map)
            for (var e : map.entrySet()) add(child(name, String.valueOf(e.getKey())), e.getValue(), depth + 1);
        else if (value instanceof Pickle.Attributes object) add(name, object.values(), depth + 1);
        else if (value instanceof List<?> list)
            for (int i = 0; i < list.size(); i++) add(child(name, String.valueOf(i)), list.get(i), depth + 1);
        else if (depth == 0) throw new Malformed("expected tensors, got " + Pickle.kind(value));
        else if (scalar(value)) addScalar(name, value);
    }

    private String child(String parent, String name) throws Malformed {
        budget.take(2L * (parent.length() + name.length()) + Budget.OBJECT);
        return parent.isEmpty() ? name : parent + "." + name;
    }

    private static boolean scalar(Object value) {
        return value instanceof String || value instanceof Number || value instanceof Boolean;
    }

    private void addScalar(String name, Object value) throws Malformed {
        budget.take(2 * Budget.OBJECT);
        metadata.put(name, value.toString());
    }

    /** The tensors without the prefixes that wrappers put before every name. */
    static Map<String, HostTensor> withoutPrefixes(Map<String, HostTensor> tensors) {
        Map<String, HostTensor> shorter = tensors;
        for (int i = 0; i < MAX_WRAPPERS; i++) for (String prefix : PREFIXES) shorter = withoutPrefix(prefix, shorter);
        return shorter;
    }

    private static Map<String, HostTensor> withoutPrefix(String prefix, Map<String, HostTensor> tensors) {
        var shorter = new LinkedHashMap<String, HostTensor>();
        for (var e : tensors.entrySet()) {
            if (e.getKey().equals(AVERAGED)) continue;
            if (!e.getKey().startsWith(prefix)) return tensors;
            shorter.put(e.getKey().substring(prefix.length()), e.getValue());
        }
        return shorter.isEmpty() ? tensors : shorter;
    }
}
