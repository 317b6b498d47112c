package resnet4j.config;

import java.util.function.Supplier;

/**
 * A record that JSON has in another shape, such as a flatter one that was there first: {@link Records} writes what
 * {@link #written} gives, and reads that.
 *
 * @param <F> gives the record again
 */
public interface WrittenAs<F extends Record & Supplier<?>> {
    F written();
}
