package resnet4j.weights;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import resnet4j.tensor.DType;
import resnet4j.tensor.HostTensor;

/** Whether tensors of a file fit a network, and under which names. */
public final class Fit {
    /** What a network expects under one name. */
    public record Spec(DType dtype, List<Long> shape) {
        public Spec {
            shape = List.copyOf(shape);
        }

        @Override
        public String toString() {
            return dtype + shape.toString();
        }
    }

    /** Counters of batch norm, which files from before PyTorch 0.4.1 lack; evaluation does not need them. */
    private static final String COUNTER = "num_batches_tracked";

    private static final Set<DType> FLOATING = EnumSet.of(DType.F64, DType.F32, DType.F16, DType.BF16);

    private Fit() {}

    /**
     * The tensors under the names, in the order and of the shapes that {@code expected} gives. Names of other projects
     * are mapped to torchvision's where that fits better. Floating types may differ among themselves: the network
     * converts as it copies. Batch-norm counters ({@code num_batches_tracked}) may be absent on either side.
     *
     * @throws MismatchException that lists every missing, unexpected and mis-shaped tensor
     */
    public static Map<String, HostTensor> to(Map<String, Spec> expected, Map<String, HostTensor> given) {
        return to(expected, given, name -> false);
    }

    /**
     * The same, but for weights that may differ or be absent, such as those of a head for other classes: where they do
     * not fit they are left out.
     */
    public static Map<String, HostTensor> to(
            Map<String, Spec> expected, Map<String, HostTensor> given, Predicate<String> optional) {
        Map<String, HostTensor> named = bestNames(expected.keySet(), given);
        var missing = new ArrayList<String>();
        var misshaped = new ArrayList<String>();
        var fitting = new LinkedHashMap<String, HostTensor>();
        expected.forEach((name, spec) -> {
            HostTensor tensor = named.get(name);
            if (tensor == null) {
                if (!name.endsWith(COUNTER) && !optional.test(name)) missing.add(name);
            } else if (!fits(spec, tensor)) {
                if (!optional.test(name))
                    misshaped.add(name + ": expected " + spec + ", got " + tensor.dtype() + tensor.shape());
            } else {
                fitting.put(name, tensor);
            }
        });
        var unexpected = named.keySet().stream()
                .filter(name -> !expected.containsKey(name) && !name.endsWith(COUNTER) && !optional.test(name))
                .toList();
        if (!missing.isEmpty() || !unexpected.isEmpty() || !misshaped.isEmpty())
            throw new MismatchException(missing, unexpected, misshaped);
        return fitting;
    }

    private static boolean fits(Spec spec, HostTensor tensor) {
        boolean sameKind =
                spec.dtype == tensor.dtype() || FLOATING.contains(spec.dtype) && FLOATING.contains(tensor.dtype());
        return sameKind && spec.shape.equals(tensor.shape());
    }

    /** The tensors under the names of the map that meets most of the expected ones. */
    private static Map<String, HostTensor> bestNames(Set<String> expected, Map<String, HostTensor> given) {
        Map<String, HostTensor> best = given;
        int most = -1;
        for (NameMap map : NameMap.ALL) {
            Map<String, HostTensor> renamed = map.rename(given);
            var met = new HashSet<>(expected);
            met.retainAll(renamed.keySet());
            if (met.size() > most) {
                most = met.size();
                best = renamed;
            }
        }
        return best;
    }
}
