package resnet4j.model;

import java.util.List;

/**
 * Says of which architectures, besides the registry's, saved models may be: a jar names its own in {@code
 * META-INF/services/resnet4j.model.ArchitectureType}, and what it saves opens again wherever the jar is.
 */
public interface ArchitectureType {
    /** A record. Its simple name is the {@code type} in a saved model. */
    Class<? extends Architecture> type();

    /** Networks of it that the registry knows from then on. */
    default List<Models.Entry> entries() {
        return List.of();
    }
}
