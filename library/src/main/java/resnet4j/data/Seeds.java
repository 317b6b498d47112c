package resnet4j.data;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Random numbers without a stream to save: every choice draws from its own generator, seeded by what it is for. The
 * generator is SplitMix64 (Steele, Lea, Flood 2014, doi:10.1145/2660193.2660195), which is made for such seeding.
 */
final class Seeds {
    /** In place of an epoch, so that splitting and generating share no numbers with training. */
    static final long SPLIT = -1, SCENE = -2, LABELS = -3, PICTURE = -4;

    /** In place of an index: the order of an epoch. */
    static final long ORDER = -1;

    private Seeds() {}

    /** The generator of one choice, for example of the augmentation of picture {@code index} in {@code epoch}. */
    static RandomGenerator random(long seed, long epoch, long index) {
        return new SplittableRandom(mix(mix(mix(seed) + epoch) + index));
    }

    /** Every order equally likely: Fisher and Yates. */
    static void shuffle(int[] values, RandomGenerator random) {
        for (int i = values.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1), value = values[i];
            values[i] = values[j];
            values[j] = value;
        }
    }

    /** A bijection of 64 bits in which each input bit moves about half of the output: MurmurHash3's last step, "Mix13". */
    private static long mix(long z) {
        z += 0x9e3779b97f4a7c15L; // so that zero is not a fixed point
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
