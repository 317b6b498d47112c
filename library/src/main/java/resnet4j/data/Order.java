package resnet4j.data;

import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** Which pictures an epoch takes, in which order. */
public enum Order {
    /** All, as they lie. */
    IN_ORDER {
        @Override
        int[] indices(Dataset<?> data, RandomGenerator random) {
            return IntStream.range(0, data.size()).toArray();
        }
    },
    /** All, in an order drawn anew each epoch. */
    SHUFFLED {
        @Override
        int[] indices(Dataset<?> data, RandomGenerator random) {
            var indices = IN_ORDER.indices(data, random);
            Seeds.shuffle(indices, random);
            return indices;
        }
    },
    /** As many as there are, drawn with replacement so that every class that has pictures is equally likely. */
    BALANCED {
        @Override
        int[] indices(Dataset<?> data, RandomGenerator random) {
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
    };

    abstract int[] indices(Dataset<?> data, RandomGenerator random);
}
