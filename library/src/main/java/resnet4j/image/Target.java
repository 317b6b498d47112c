package resnet4j.image;

import java.util.List;

/** What is known of a picture, and follows it through the steps that it goes through. */
public interface Target<T extends Target<T>> {
    /** The target of the picture after these steps. */
    T after(List<Step> steps);

    /** Boxes around things that the picture is known to show, for what looks for a window with some of them. */
    default List<Box> boxes() {
        return List.of();
    }
}
