package resnet4j.data;

import java.util.List;
import resnet4j.image.Step;
import resnet4j.image.Target;

/** The class of a picture: an index into the names of its dataset. */
public record Label(int index) implements Target<Label> {
    @Override
    public Label after(List<Step> steps) {
        return this;
    }

    /** The indices of many. */
    public static int[] indices(List<Label> labels) {
        var indices = new int[labels.size()];
        for (int i = 0; i < indices.length; i++) indices[i] = labels.get(i).index;
        return indices;
    }
}
