package resnet4j.weights;

import java.util.List;

/** Weights that do not fit a network: every name that is missing, unexpected, or of another shape or kind. */
public final class MismatchException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final transient List<String> missing;
    private final transient List<String> unexpected;
    private final transient List<String> misshaped;

    MismatchException(String prefix, List<String> missing, List<String> unexpected, List<String> misshaped) {
        super("weights do not fit the network: "
                + part("missing", missing) + ", " + part("unexpected", unexpected)
                + ", " + part("of another shape or type", misshaped)
                + "; expected the weights of the same architecture with the same number of classes"
                + (prefix.isEmpty() ? "" : "; the names are those under '" + prefix + "'"));
        this.missing = List.copyOf(missing);
        this.unexpected = List.copyOf(unexpected);
        this.misshaped = List.copyOf(misshaped);
    }

    private static String part(String what, List<String> names) {
        return names.size() + " " + what + (names.isEmpty() ? "" : " (" + String.join(", ", names) + ")");
    }

    /** Names that the network has and the file lacks. */
    public List<String> missing() {
        return missing;
    }

    /** Names that the file has and the network lacks. */
    public List<String> unexpected() {
        return unexpected;
    }

    /** Names that both have, each with what was expected and what came. */
    public List<String> misshaped() {
        return misshaped;
    }
}
