package resnet4j.weights;

import java.io.IOException;

/** What is wrong inside a file, said without its path, which {@link MappedFile#read} adds. */
final class Malformed extends IOException {
    private static final long serialVersionUID = 1;

    Malformed(String message) {
        super(message);
    }
}
