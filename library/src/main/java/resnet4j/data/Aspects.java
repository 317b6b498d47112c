package resnet4j.data;

import java.io.IOException;

/** Pictures by their width for their height. */
final class Aspects {
    /** Between groups: from 1:2 to 2:1, in equal steps of the logarithm. */
    static final int EDGES = 7;

    private Aspects() {}

    /** From 0, narrower than 1:2, to {@link #EDGES}, 2:1 or wider. */
    static int group(double aspect) {
        int group = 0;
        while (group < EDGES && aspect >= Math.pow(2, (group - EDGES / 2) / (double) (EDGES / 2))) group++;
        return group;
    }

    /** That of a picture; of one that cannot be read, which is skipped later, a square's. */
    static int group(Dataset<?> data, int index) {
        try {
            return group(data.aspect(index));
        } catch (IOException e) {
            return group(1);
        }
    }
}
