package resnet4j.image;

import java.util.List;

/** What is known of a picture, and follows it through the steps that it goes through. */
public interface Target<T extends Target<T>> {
    /** The target of the picture after these steps. */
    T after(List<Step> steps);
}
