package resnet4j.detect;

import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import resnet4j.tensor.Tensor;

/** What a detector computes between the steps that choose boxes: one tensor to several by name. */
enum Part {
    /** From normalised images [N,3,H,W]: what is said at every place, and the maps that pieces are taken from. */
    PLACES,
    /** From pieces of boxes [R,C,7,7] to what they are and where exactly. */
    BOXES,
    /** From pieces of things [R,C,14,14] to their masks or keypoints. */
    DETAIL;

    /** As files name it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Set<String> names(Set<Part> parts) {
        return parts.stream().map(Part::toString).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** How parts are computed: layer by layer, or by plans. */
    interface Engine {
        Map<String, Tensor> answers(Part part, Tensor in);
    }
}
