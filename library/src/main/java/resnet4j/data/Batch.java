package resnet4j.data;

import java.util.List;
import java.util.Optional;
import resnet4j.image.Target;

/**
 * Pictures for one step, and what is known of them.
 *
 * @param views   the pictures; where a loader has several views, once for each, in the same order
 * @param targets what is known of the first view's pictures
 * @param indices the index of each picture in its dataset
 * @param mixed   how the pictures were mixed with each other, if they were
 */
public record Batch<T extends Target<T>>(List<Pixels> views, List<T> targets, int[] indices, Optional<Mixed> mixed) {
    public Batch {
        views = List.copyOf(views);
        targets = List.copyOf(targets);
        for (var view : views)
            if (view.size() != targets.size() || indices.length != targets.size())
                throw new IllegalArgumentException("batch: expected as many pictures as targets and indices, got "
                        + view.size() + ", " + targets.size() + " and " + indices.length);
    }

    /**
     * A mixture: of each picture {@code lambda} is itself, and the rest its partner; so is the loss.
     *
     * @param partner the place in the batch of what was mixed into each picture
     * @param lambda  in [0, 1]
     */
    public record Mixed(int[] partner, float lambda) {}

    public int size() {
        return targets.size();
    }

    /** The first view. */
    public Pixels pixels() {
        return views.get(0);
    }
}
