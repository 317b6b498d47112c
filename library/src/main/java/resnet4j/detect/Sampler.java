package resnet4j.detect;

import java.util.Arrays;
import java.util.stream.IntStream;
import resnet4j.tensor.Tensor;

/**
 * Which boxes of an image count in a step, so that background does not drown the things.
 *
 * @param size      how many in all
 * @param positives how many of them at most are things
 */
record Sampler(int size, int positives) {
    /** Indices, ascending. */
    record Sample(int[] things, int[] background) {
        int[] all() {
            return IntStream.concat(Arrays.stream(things), Arrays.stream(background))
                    .sorted()
                    .toArray();
        }
    }

    /** Draws from {@code labels}: above 0 things, 0 background, below neither; two permutations as torchvision. */
    Sample draw(int[] labels) {
        var things =
                IntStream.range(0, labels.length).filter(i -> labels[i] > 0).toArray();
        var background =
                IntStream.range(0, labels.length).filter(i -> labels[i] == 0).toArray();
        int first = Math.min(things.length, positives);
        return new Sample(some(things, first), some(background, Math.min(background.length, size - first)));
    }

    private static int[] some(int[] of, int n) {
        var order = Tensor.permutation(of.length).toLongs();
        return IntStream.range(0, n).map(i -> of[(int) order[i]]).sorted().toArray();
    }
}
