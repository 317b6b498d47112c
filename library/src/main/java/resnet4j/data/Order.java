package resnet4j.data;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** Which pictures an epoch takes, in which order. */
public enum Order {
    /** All, as they lie. */
    IN_ORDER {
        @Override
        int[] indices(Dataset<?> data, int batch, RandomGenerator random) {
            return IntStream.range(0, data.size()).toArray();
        }
    },
    /** All, in an order drawn anew each epoch. */
    SHUFFLED {
        @Override
        int[] indices(Dataset<?> data, int batch, RandomGenerator random) {
            var indices = IN_ORDER.indices(data, batch, random);
            Seeds.shuffle(indices, random);
            return indices;
        }
    },
    /** As many as there are, drawn with replacement so that every class that has pictures is equally likely. */
    BALANCED {
        @Override
        int[] indices(Dataset<?> data, int batch, RandomGenerator random) {
            List<int[]> members = Labelled.members(data)
                    .orElseThrow(() -> new IllegalArgumentException(
                            "order: balanced needs pictures with one class each; take shuffled"));
            var present = members.stream().filter(m -> m.length > 0).toArray(int[][]::new);
            return IntStream.generate(() -> {
                        var ofOneClass = present[random.nextInt(present.length)];
                        return ofOneClass[random.nextInt(ofOneClass.length)];
                    })
                    .limit(data.size())
                    .toArray();
        }
    },
    /**
     * All, shuffled, with pictures that are about as wide for their height in a batch: where they keep their sizes, less of
     * it is padding. In the groups of torchvision's reference training ({@code --aspect-ratio-group-factor 3}). What is left
     * of each group shares batches, those of neighbouring groups, so that each picture is taken once.
     */
    BY_ASPECT {
        @Override
        int[] indices(Dataset<?> data, int batch, RandomGenerator random) {
            var groups = new ArrayList<List<Integer>>();
            for (int i = 0; i <= Aspects.EDGES; i++) groups.add(new ArrayList<>());
            for (int index : SHUFFLED.indices(data, batch, random))
                groups.get(Aspects.group(data, index)).add(index);
            var batches = new ArrayList<List<Integer>>();
            var left = new ArrayList<Integer>();
            Collections.rotate(groups, random.nextInt(groups.size())); // so that now one group is the last, now another
            for (var group : groups) {
                int whole = group.size() / batch * batch;
                for (int i = 0; i < whole; i += batch) batches.add(group.subList(i, i + batch));
                left.addAll(group.subList(whole, group.size()));
            }
            int whole = left.size() / batch * batch;
            for (int i = 0; i < whole; i += batch) batches.add(left.subList(i, i + batch));
            int[] order = IntStream.range(0, batches.size()).toArray();
            Seeds.shuffle(order, random);
            return IntStream.concat(
                            IntStream.of(order)
                                    .flatMap(i -> batches.get(i).stream().mapToInt(Integer::intValue)),
                            left.subList(whole, left.size()).stream().mapToInt(Integer::intValue))
                    .toArray();
        }
    };

    /** @param batch pictures in a batch */
    abstract int[] indices(Dataset<?> data, int batch, RandomGenerator random);
}
