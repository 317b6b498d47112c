package resnet4j.export;

import java.io.IOException;
import java.nio.file.Path;

/** Whether ONNX Runtime is here; asked before a class that needs its types is loaded. */
public final class OnnxRuntime {
    private OnnxRuntime() {}

    /** Whether it is on the class path. */
    public static boolean available() {
        try {
            Class.forName("ai.onnxruntime.OrtEnvironment", false, OnnxRuntime.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    /** @throws IOException that says what to add, if it is not on the class path */
    public static void require(Path file) throws IOException {
        if (!available())
            throw new IOException(file + ": ONNX files are run by ONNX Runtime, which is not on the class path; add"
                    + " com.microsoft.onnxruntime:onnxruntime (ResNet4J is tested with 1.23.2)");
    }
}
