package resnet4j.weights;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import resnet4j.array.DType;
import resnet4j.array.HostTensor;

/**
 * The tensors of a file that fit a network. A file of PyTorch often holds them inside something, and more beside them:
 * {@code state_dict.model.conv1.weight} of Lightning, a student and a teacher, an optimiser. Whatever path most of the
 * network's names are under is theirs; other projects' names are mapped to torchvision's where that fits better.
 *
 * @param tensors under the names and in the order of the network
 * @param prefix  the path that they are under in the file, with its dot; often empty
 * @param others  other paths whose tensors would have fitted as well
 */
public record Fit(Map<String, HostTensor> tensors, String prefix, List<String> others) {
    /** What a tensor is but for its numbers: what a network expects under a name, or a file is to hold. */
    public record Spec(DType dtype, List<Long> shape) {
        public Spec {
            shape = List.copyOf(shape);
        }

        static Spec of(HostTensor tensor) {
            return new Spec(tensor.dtype(), tensor.shape());
        }

        long bytes() {
            return shape.stream().reduce(1L, Math::multiplyExact) * dtype.bytes;
        }

        boolean fits(HostTensor tensor) {
            boolean sameKind = dtype == tensor.dtype() || FLOATING.contains(dtype) && FLOATING.contains(tensor.dtype());
            return sameKind && shape.equals(tensor.shape());
        }

        @Override
        public String toString() {
            return dtype + shape.toString();
        }
    }

    /** Tensors under one path, by what one map makes of the rest of their names. */
    private record Candidate(String prefix, Map<String, HostTensor> tensors, int met, int named, int foreign) {
        boolean asGoodAs(Candidate other) {
            return met == other.met && named == other.named && foreign == other.foreign;
        }
    }

    /** What a network expects, and which of it is needed: all but counters and what may be absent. */
    private record Wanted(Map<String, Spec> expected, Predicate<String> optional, Map<String, Spec> needed) {
        static Wanted of(Map<String, Spec> expected, Predicate<String> optional) {
            var needed = new LinkedHashMap<>(expected);
            needed.keySet().removeIf(name -> name.endsWith(COUNTER) || optional.test(name));
            return new Wanted(expected, optional, needed);
        }

        Candidate candidate(String prefix, Map<String, HostTensor> tensors) {
            int met = 0, named = 0;
            for (var e : needed.entrySet()) {
                HostTensor tensor = tensors.get(e.getKey());
                if (tensor != null) named++;
                if (tensor != null && e.getValue().fits(tensor)) met++;
            }
            return new Candidate(
                    prefix, tensors, met, named, unexpected(tensors).size());
        }

        /** The names that no network of this kind has. */
        List<String> unexpected(Map<String, HostTensor> tensors) {
            return tensors.keySet().stream()
                    .filter(name -> !expected.containsKey(name) && !name.endsWith(COUNTER) && !optional.test(name))
                    .filter(name -> !BESIDE.matcher(name).matches())
                    .toList();
        }

        /** Whether two candidates are the same tensors of the file, under other names for the path. */
        boolean same(Candidate a, Candidate b) {
            return needed.keySet().stream().allMatch(name -> a.tensors.get(name) == b.tensors.get(name));
        }
    }

    private static final Set<DType> FLOATING = EnumSet.of(DType.F64, DType.F32, DType.F16, DType.BF16);

    /** Counters of batch norm, which files from before PyTorch 0.4.1 lack; evaluation does not need them. */
    private static final String COUNTER = "num_batches_tracked";

    /** Of weights that fit as well as each other: averaged ones are those to publish, and a teacher is an average. */
    private static final List<String> FIRST =
            List.of("state_dict_ema", "model_ema", "ema_state_dict", "ema_model", "ema", "averaged", "teacher");

    /** These follow others, slowly, and are not what was trained. */
    private static final List<String> LAST =
            List.of("encoder_k", "key_encoder", "momentum_encoder", "target_network", "target_encoder", "target");

    /** What wrappers put inside names: data-parallel training, torch.compile, fully sharded training, checkpointing. */
    private static final Pattern WRAPPERS =
            Pattern.compile("(^|\\.)(module|_orig_mod|_fsdp_wrapped_module|_checkpoint_wrapped_module)(?=\\.)");

    /** Modules that are beside a network in the module that trains it, and hold tensors of their own. */
    private static final Pattern BESIDE =
            Pattern.compile("(criterion|\\w*loss\\w*|\\w*metrics?|\\w*accuracy|\\w*_acc)\\..*");

    private static final int MAX_DEPTH = 16, MAX_PATHS = 200;

    /**
     * The tensors under the names, in the order and of the shapes that {@code expected} gives. Floating types may differ
     * among themselves: the network converts as it copies. Batch-norm counters ({@code num_batches_tracked}) may be
     * absent on either side.
     *
     * @throws MismatchException that lists every missing, unexpected and mis-shaped tensor
     */
    public static Fit to(Map<String, Spec> expected, Map<String, HostTensor> given) {
        return to(expected, given, name -> false);
    }

    /**
     * The same, but for weights that may differ or be absent, such as those of a head for other classes: where they do
     * not fit they are left out.
     */
    public static Fit to(Map<String, Spec> expected, Map<String, HostTensor> given, Predicate<String> optional) {
        var wanted = Wanted.of(expected, optional);
        List<Candidate> candidates = candidates(wanted, given);
        Candidate best = candidates.get(0);
        var missing = new ArrayList<String>();
        var misshaped = new ArrayList<String>();
        var fitting = new LinkedHashMap<String, HostTensor>();
        expected.forEach((name, spec) -> {
            HostTensor tensor = best.tensors.get(name);
            if (tensor == null) {
                if (wanted.needed.containsKey(name)) missing.add(name);
            } else if (spec.fits(tensor)) {
                fitting.put(name, tensor);
            } else if (!optional.test(name)) {
                misshaped.add(name + ": expected " + spec + ", got " + tensor.dtype() + tensor.shape());
            }
        });
        List<String> unexpected = wanted.unexpected(best.tensors);
        if (!missing.isEmpty() || !unexpected.isEmpty() || !misshaped.isEmpty())
            throw new MismatchException(best.prefix, missing, unexpected, misshaped);
        return new Fit(
                fitting,
                best.prefix,
                candidates.stream()
                        .skip(1)
                        .filter(other -> best.asGoodAs(other) && !wanted.same(best, other))
                        .map(Candidate::prefix)
                        .filter(prefix -> !prefix.equals(best.prefix))
                        .distinct()
                        .toList());
    }

    /** Every way to read the names, best first; under no path and as they are, if there is no better. */
    private static List<Candidate> candidates(Wanted wanted, Map<String, HostTensor> given) {
        int needed = wanted.needed.size();
        var candidates = new ArrayList<Candidate>();
        Map<String, Map<String, HostTensor>> paths = paths(given, needed);
        paths.forEach((prefix, tensors) -> candidates.add(wanted.candidate(prefix, tensors)));
        var order = Comparator.<Candidate>comparingInt(c -> -c.met)
                .thenComparingInt(c -> -c.named)
                .thenComparingInt(c -> rank(c.prefix))
                .thenComparingInt(c -> c.foreign);
        candidates.sort(order);
        if (candidates.get(0).met < needed || candidates.get(0).foreign > 0) {
            paths.forEach((prefix, tensors) -> {
                var bare = unwrapped(tensors);
                for (NameMap map : NameMap.ALL) candidates.add(wanted.candidate(prefix, map.rename(bare)));
            });
            candidates.sort(order);
        }
        Candidate best = candidates.get(0);
        if (2 * best.named < needed || best.named == 0) // nothing is under a path
        candidates.add(0, wanted.candidate("", given));
        return candidates;
    }

    /** The tensors by every path that so many of them are under that they can be the network's. */
    private static Map<String, Map<String, HostTensor>> paths(Map<String, HostTensor> given, int needed) {
        var counts = new LinkedHashMap<String, Integer>();
        counts.put("", given.size());
        for (String name : given.keySet()) {
            int depth = 0;
            for (int dot = name.indexOf('.'); dot >= 0 && depth++ < MAX_DEPTH; dot = name.indexOf('.', dot + 1))
                counts.merge(name.substring(0, dot + 1), 1, Integer::sum);
        }
        counts.values().removeIf(count -> 2 * count < needed);
        Set<String> chosen = counts.keySet().stream().limit(MAX_PATHS).collect(Collectors.toSet());
        var paths = new LinkedHashMap<String, Map<String, HostTensor>>();
        paths.put("", given);
        given.forEach((name, tensor) -> {
            int depth = 0;
            for (int dot = name.indexOf('.'); dot >= 0 && depth++ < MAX_DEPTH; dot = name.indexOf('.', dot + 1)) {
                String prefix = name.substring(0, dot + 1);
                if (chosen.contains(prefix))
                    paths.computeIfAbsent(prefix, p -> new LinkedHashMap<>()).put(name.substring(dot + 1), tensor);
            }
        });
        return paths;
    }

    private static int rank(String prefix) {
        for (String part : prefix.split("\\.")) {
            if (FIRST.contains(part)) return FIRST.indexOf(part);
            if (LAST.contains(part)) return FIRST.size() + 1;
        }
        return FIRST.size();
    }

    private static Map<String, HostTensor> unwrapped(Map<String, HostTensor> tensors) {
        var bare = new LinkedHashMap<String, HostTensor>();
        tensors.forEach((name, tensor) -> {
            String shorter = WRAPPERS.matcher(name).replaceAll("");
            bare.put(shorter.startsWith(".") ? shorter.substring(1) : shorter, tensor);
        });
        return bare.size() == tensors.size() ? bare : tensors; // two names became one
    }
}
