package resnet4j.data;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/** Pictures that belong together, such as those of one patient, and pictures of no group, each by itself. */
record Groups(List<int[]> members) {
    /** Those of a dataset in which at least two pictures belong together. */
    static Optional<Groups> of(Dataset<?> data) {
        var named = new LinkedHashMap<String, List<Integer>>();
        for (int i = 0; i < data.size(); i++) {
            var group = data.group(i);
            named.computeIfAbsent(group.isEmpty() ? "\0" + i : group, key -> new ArrayList<>())
                    .add(i);
        }
        if (named.size() == data.size()) return Optional.empty();
        return Optional.of(new Groups(named.values().stream()
                .map(list -> list.stream().mapToInt(i -> i).toArray())
                .toList()));
    }

    /** Holds about a share of the pictures, in whole groups: at least one, and not all. */
    void hold(double fraction, long seed, boolean[] held) {
        if (members.size() < 2)
            throw new IllegalArgumentException(
                    "data: expected pictures of two groups or more, to hold some out, got one group");
        double wanted = fraction * held.length, got = 0;
        int left = members.size();
        for (int place : order(seed)) {
            int n = members.get(place).length;
            // while that brings us nearer
            if (left-- > 1 && (got == 0 || got + n / 2.0 <= wanted)) {
                for (int index : members.get(place)) held[index] = true;
                got += n;
            }
        }
    }

    /** Deals whole groups to {@code k} folds, larger ones first, each to the fold that has fewest pictures. */
    void deal(int k, long seed, int[] fold) {
        if (members.size() < k)
            throw new IllegalArgumentException(
                    "folds: expected 2 to " + members.size() + " (one a group of pictures), got " + k);
        var sizes = new int[k];
        var order = new ArrayList<Integer>();
        for (int place : order(seed)) order.add(place);
        order.sort((a, b) -> members.get(b).length - members.get(a).length);
        for (int place : order) {
            int least = 0;
            for (int f = 1; f < k; f++) if (sizes[f] < sizes[least]) least = f;
            for (int index : members.get(place)) fold[index] = least;
            sizes[least] += members.get(place).length;
        }
    }

    private int[] order(long seed) {
        var order = new int[members.size()];
        for (int i = 0; i < order.length; i++) order[i] = i;
        Seeds.shuffle(order, Seeds.random(seed, Seeds.SPLIT, 0));
        return order;
    }
}
