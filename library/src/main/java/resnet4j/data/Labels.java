package resnet4j.data;

import java.util.List;
import resnet4j.image.Step;
import resnet4j.image.Target;

/** The classes of a picture that may have several, or none: indices into the names of its dataset. */
public record Labels(List<Integer> indices) implements Target<Labels> {
    public Labels {
        indices = List.copyOf(indices);
    }

    @Override
    public Labels after(List<Step> steps) {
        return this;
    }
}
