package resnet4j.export;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/**
 * An ONNX file of a classifier, run by ONNX Runtime. libtorch is not needed. Threads may share it; owns native memory
 * until it is closed.
 */
public final class OnnxModel implements AutoCloseable {
    private static final long MAX_BYTES = Integer.MAX_VALUE;

    private final Path file;
    private final OrtSession session;
    private final String input;
    private final long[] inputShape;
    private final long[] outputShape;
    private final boolean pixels;
    private final Map<String, String> properties;

    /** Whether ONNX Runtime is on the class path. */
    public static boolean available() {
        try {
            Class.forName("ai.onnxruntime.OrtEnvironment", false, OnnxModel.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    /**
     * Opens a file with one input, images as floats [N,3,H,W] or bytes [N,H,W,3], and one output. ONNX Runtime reads it
     * in native code that was not made for hostile files, and a file may name others to read: open only what you trust.
     *
     * @param threads that one call is split over
     */
    public static OnnxModel openTrusted(Path file, int threads) throws IOException {
        if (!available())
            throw new IOException(file + ": ONNX files are run by ONNX Runtime, which is not on the class path; add"
                    + " com.microsoft.onnxruntime:onnxruntime");
        long size = Files.size(file);
        if (size > MAX_BYTES)
            throw new IOException(file + ": expected an ONNX file of at most 2 GB, got " + size + " bytes");
        if (threads < 1) throw new IllegalArgumentException("threads: expected at least 1, got " + threads);
        try (var options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(threads);
            var session = OrtEnvironment.getEnvironment().createSession(file.toString(), options);
            try {
                return new OnnxModel(file, session);
            } catch (OrtException | IOException | RuntimeException e) {
                session.close();
                throw e;
            }
        } catch (OrtException e) {
            throw new IOException(file + ": ONNX Runtime cannot open it: " + e.getMessage(), e);
        }
    }

    private OnnxModel(Path file, OrtSession session) throws OrtException, IOException {
        this.file = file;
        this.session = session;
        if (session.getNumInputs() != 1 || session.getNumOutputs() != 1)
            throw new IOException(file + ": expected one input and one output, got " + session.getInputNames() + " and "
                    + session.getOutputNames());
        NodeInfo info = session.getInputInfo().values().iterator().next();
        if (!(info.getInfo() instanceof TensorInfo tensor)
                || tensor.getShape().length != 4
                || tensor.type != OnnxJavaType.FLOAT && tensor.type != OnnxJavaType.UINT8)
            throw new IOException(file + ": expected images of floats or bytes in 4 dimensions, got " + info);
        input = info.getName();
        inputShape = tensor.getShape();
        pixels = tensor.type == OnnxJavaType.UINT8;
        outputShape = session.getOutputInfo().values().iterator().next().getInfo() instanceof TensorInfo logits
                ? logits.getShape()
                : new long[0];
        properties = session.getMetadata().getCustomMetadata();
    }

    /** What the file says about itself. @throws IOException where it was not exported by ResNet4J */
    public OnnxMetadata metadata() throws IOException {
        try {
            return OnnxMetadata.read(properties);
        } catch (IllegalArgumentException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    /** @throws IOException if the network's input and output are not those that {@code metadata} speaks of */
    public void check(OnnxMetadata metadata) throws IOException {
        var p = metadata.preprocess();
        int first = pixels ? 1 : 2;
        boolean fits = pixels == metadata.pixels()
                && inputShape[first] == p.cropHeight()
                && inputShape[first + 1] == p.cropWidth()
                && outputShape.length == 2
                && outputShape[1] == metadata.classNames().size();
        if (!fits)
            throw new IOException(file + ": expected " + metadata.classNames().size() + " logits for images of "
                    + p.cropHeight() + "x" + p.cropWidth() + ", as its metadata says, got "
                    + Arrays.toString(outputShape) + " for " + Arrays.toString(inputShape));
    }

    /** The input's shape; -1 where any size will do, as for the batch. */
    public long[] inputShape() {
        return inputShape.clone();
    }

    /** Whether it takes bytes [N,H,W,3], and not normalised floats [N,3,H,W]. */
    public boolean takesPixels() {
        return pixels;
    }

    /** Normalised floats of {@code shape} in row-major order to logits, row by row. */
    public float[] run(float[] images, long... shape) {
        check(!pixels, "floats", images.length, shape);
        try (var tensor = OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), FloatBuffer.wrap(images), shape)) {
            return run(tensor);
        } catch (OrtException e) {
            throw new IllegalStateException(file + ": ONNX Runtime failed: " + e.getMessage(), e);
        }
    }

    /** Pixels of {@code shape} in row-major order to logits, row by row. */
    public float[] run(byte[] images, long... shape) {
        check(pixels, "bytes", images.length, shape);
        var buffer = ByteBuffer.allocateDirect(images.length).put(images).flip();
        try (var tensor = OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), buffer, shape, OnnxJavaType.UINT8)) {
            return run(tensor);
        } catch (OrtException e) {
            throw new IllegalStateException(file + ": ONNX Runtime failed: " + e.getMessage(), e);
        }
    }

    private float[] run(OnnxTensor images) throws OrtException {
        try (var result = session.run(Map.of(input, images))) {
            var logits = ((OnnxTensor) result.get(0)).getFloatBuffer();
            var values = new float[logits.remaining()];
            logits.get(values);
            return values;
        }
    }

    private void check(boolean rightType, String type, int length, long[] shape) {
        boolean fits = rightType && shape.length == inputShape.length;
        for (int i = 0; fits && i < shape.length; i++)
            fits = shape[i] >= 1 && (inputShape[i] < 0 || shape[i] == inputShape[i]);
        if (!fits || Arrays.stream(shape).reduce(1, Math::multiplyExact) != length)
            throw new IllegalArgumentException("images: expected " + (pixels ? "bytes" : "floats") + " of shape "
                    + Arrays.toString(inputShape) + " (-1 is any size), got " + length + " " + type + " for the shape "
                    + Arrays.toString(shape));
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException(file + ": ONNX Runtime cannot close it: " + e.getMessage(), e);
        }
    }
}
