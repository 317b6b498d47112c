package resnet4j.detect;

import java.util.List;
import java.util.Optional;
import resnet4j.image.Box;
import resnet4j.image.LabelMap;

/**
 * A thing found in a picture.
 *
 * @param label     the class's number; 0 would be background
 * @param score     how sure the network is, in [0,1]
 * @param box       in the picture's own pixels
 * @param mask      as large as the picture, 1 where the thing is; where the network says it
 * @param keypoints those of a person, in COCO's order; none where the network does not say them
 */
public record Detection(int label, double score, Box box, Optional<LabelMap> mask, List<Keypoint> keypoints) {
    public Detection {
        keypoints = List.copyOf(keypoints);
    }

    /** A point in the picture's own pixels, and how sure the network is of it: more is surer, and there is no bound. */
    public record Keypoint(double x, double y, double score) {}
}
