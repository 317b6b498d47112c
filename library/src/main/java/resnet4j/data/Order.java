package resnet4j.data;

import java.io.IOException;
import java.util.ArrayList;
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
     * All, in an order drawn anew each epoch, so that the pictures of a batch are about as wide for their height: where they
     * keep their sizes, less of a batch is padding. In the groups of torchvision's reference training
     * ({@code --aspect-ratio-group-factor 3}); pictures that are left of groups come last, from the narrowest to the widest.
     */
    BY_ASPECT {
        @Override
        int[] indices(Dataset<?> data, int batch, RandomGenerator random) {
            var waiting = new ArrayList<List<Integer>>();
            for (int i = 0; i <= Aspects.GROUPS; i++) waiting.add(new ArrayList<>());
            var ordered = IntStream.builder();
            for (int index : SHUFFLED.indices(data, batch, random)) {
                var group = waiting.get(Aspects.group(data, index));
                group.add(index);
                if (group.size() < batch) continue;
                group.forEach(ordered::add);
                group.clear();
            }
            waiting.forEach(group -> group.forEach(ordered::add));
            return ordered.build().toArray();
        }
    };

    abstract int[] indices(Dataset<?> data, int batch, RandomGenerator random);
}

/** Pictures by their width for their height. */
final class Aspects {
    /** Between 1:2 and 2:1, in equal steps of the logarithm. */
    static final int GROUPS = 7;

    private Aspects() {}

    /** From 0, narrower than 1:2, to {@link #GROUPS}, 2:1 or wider. One that cannot be read, which is skipped later, is a square. */
    static int group(Dataset<?> data, int index) {
        double aspect;
        try {
            int[] size = data.picture(index).size();
            aspect = (double) size[0] / size[1];
        } catch (IOException e) {
            aspect = 1;
        }
        int group = 0;
        while (group < GROUPS && aspect >= Math.pow(2, (group - GROUPS / 2) / (double) (GROUPS / 2))) group++;
        return group;
    }
}
