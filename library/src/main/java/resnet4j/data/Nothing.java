package resnet4j.data;

import java.util.List;
import resnet4j.image.Step;
import resnet4j.image.Target;

/** Nothing is known of the picture: what self-supervision learns from. */
public record Nothing() implements Target<Nothing> {
    @Override
    public Nothing after(List<Step> steps) {
        return this;
    }
}
