package resnet4j.tensor;

/** libtorch refused an operation: the message names the operation, the shapes it was given, and libtorch's reason. */
public final class NativeException extends RuntimeException {
    private static final long serialVersionUID = 1;

    NativeException(String operation, String inputs, RuntimeException cause) {
        super(operation + "(" + inputs + "): " + firstLine(cause), cause);
    }

    /** The 18 lines of C++ frames that follow are in the cause. */
    private static String firstLine(RuntimeException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("libtorch gave no reason");
    }
}
