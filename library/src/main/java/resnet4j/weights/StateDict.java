package resnet4j.weights;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import resnet4j.array.HostTensor;

/**
 * The tensors and scalars in what a training script saved, each under the path to it: {@code state_dict.fc.weight},
 * {@code optimizer_states.0.param_groups.0.lr}. {@link Fit} finds those of a network among them.
 */
final class StateDict {
    private static final int MAX_DEPTH = 64;

    private final Storage.Source source;
    private final Budget budget;
    private final Map<String, HostTensor> tensors = new LinkedHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private Pickle.Inert passedOver;

    private StateDict(Storage.Source source, Budget budget) {
        this.source = source;
        this.budget = budget;
    }

    /** The tensors and scalars in the {@code saved} object. */
    static WeightFile of(Object saved, Storage.Source source, Budget budget) throws IOException {
        var found = new StateDict(source, budget);
        found.add("", saved, 0);
        if (found.tensors.isEmpty() && found.passedOver != null) throw TorchObjects.refusal(found.passedOver.name);
        return new WeightFile(found.tensors, found.metadata);
    }

    private void add(String name, Object value, int depth) throws IOException {
        budget.take(Budget.OBJECT);
        if (depth > MAX_DEPTH) throw new Malformed("expected containers nested at most " + MAX_DEPTH + " deep");
        if (value instanceof TensorView view) {
            if (tensors.put(name, view.read(source, budget)) != null)
                throw new Malformed("the file holds two tensors called " + name);
        } else if (value instanceof Map<?, ?> map) {
            for (var e : map.entrySet())
                if (!(e.getKey() instanceof Pickle.Inert))
                    add(child(name, String.valueOf(e.getKey())), e.getValue(), depth + 1);
        } else if (value instanceof Pickle.Attributes object) {
            add(name, object.values(), depth + 1);
        } else if (value instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) add(child(name, String.valueOf(i)), list.get(i), depth + 1);
        } else if (value instanceof Pickle.Inert inert) {
            if (passedOver == null) passedOver = inert;
        } else if (depth == 0) {
            throw new Malformed("expected tensors, got " + Pickle.kind(value));
        } else if (value instanceof String || value instanceof Number || value instanceof Boolean) {
            budget.take(2 * Budget.OBJECT);
            metadata.put(name, value.toString());
        }
    }

    private String child(String parent, String name) throws Malformed {
        budget.take(2L * (parent.length() + name.length()) + Budget.OBJECT);
        return parent.isEmpty() ? name : parent + "." + name;
    }
}
