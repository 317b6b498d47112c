package resnet4j.detect;

import java.util.Arrays;
import java.util.List;

/**
 * What a network found in an image, surest first, in the pixels that the network saw.
 *
 * @param masks     of the boxes: how sure each of {@link MaskHead#SIDE} x {@link MaskHead#SIDE} places of the box is in the
 *                  thing; none where the network does not say
 * @param keypoints of the boxes: x, y and how sure of each; none where the network does not say
 */
record Found(Boxes boxes, int[] labels, float[] scores, List<float[]> masks, List<float[]> keypoints) {
    Found(Boxes boxes, int[] labels, float[] scores) {
        this(boxes, labels, scores, List.of(), List.of());
    }

    /** The surest ones that are sure enough and overlap no surer one of their class too much. */
    static Found best(Boxes boxes, int[] labels, float[] scores, Limits limits) {
        int[] kept = Nms.batched(boxes, scores, labels, limits.overlap());
        int n = Math.min(kept.length, limits.most());
        var order = Arrays.copyOf(kept, n);
        var kinds = new int[n];
        var sure = new float[n];
        for (int i = 0; i < n; i++) {
            kinds[i] = labels[order[i]];
            sure[i] = scores[order[i]];
        }
        return new Found(boxes.pick(order), kinds, sure);
    }
}
