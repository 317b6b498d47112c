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
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import resnet4j.array.DType;
import resnet4j.array.HostTensor;
import resnet4j.tensor.Lifetime;

/**
 * An ONNX file, run by ONNX Runtime, which has to be on the class path: see {@link OnnxRuntime}. libtorch is not needed. Threads may share it; owns native memory until it is closed.
 */
public final class OnnxModel implements AutoCloseable {
    private static final long MAX_BYTES = Integer.MAX_VALUE;
    private static final Map<OnnxJavaType, DType> TYPES =
            Map.of(OnnxJavaType.FLOAT, DType.F32, OnnxJavaType.UINT8, DType.U8, OnnxJavaType.INT64, DType.I64);

    private final Path file;
    private final OrtSession session;
    private final List<Port> inputs, outputs;
    private final Lifetime lifetime;

    /**
     * What a file takes or gives.
     *
     * @param shape -1 where any size will do, as for the batch
     */
    public record Port(String name, DType dtype, List<Long> shape) {
        public Port {
            shape = List.copyOf(shape);
        }
    }

    /**
     * Opens a file whose inputs and outputs are floats, bytes or whole numbers. ONNX Runtime reads it in native code that was not made for hostile files, and a file may name others to read: open only what you trust.
     *
     * @param threads that one call is split over
     */
    public static OnnxModel openTrusted(Path file, int threads) throws IOException {
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
        inputs = ports(session.getInputInfo());
        outputs = ports(session.getOutputInfo());
        lifetime = new Lifetime(file.toString(), this::free);
    }

    private List<Port> ports(Map<String, NodeInfo> infos) throws IOException {
        var ports = new ArrayList<Port>();
        for (var info : infos.values()) {
            if (!(info.getInfo() instanceof TensorInfo tensor) || !TYPES.containsKey(tensor.type))
                throw new IOException(file + ": expected tensors of floats, bytes or whole numbers, got " + info);
            ports.add(new Port(
                    info.getName(),
                    TYPES.get(tensor.type),
                    Arrays.stream(tensor.getShape()).boxed().toList()));
        }
        return List.copyOf(ports);
    }

    /** @throws IOException if the network's input and output are not those that {@code metadata} speaks of */
    public void check(OnnxMetadata metadata) throws IOException {
        var p = metadata.preprocess();
        var image = inputs.get(0);
        int logits = metadata.answer().logits(metadata.classNames().size());
        boolean pixels = takesPixels();
        int first = pixels ? 1 : 2;
        boolean fits = inputs.size() == 1
                && outputs.size() == 1
                && pixels == metadata.pixels()
                && (pixels || image.dtype == DType.F32)
                && image.shape.size() == 4
                && image.shape.get(first) == p.cropHeight()
                && image.shape.get(first + 1) == p.cropWidth()
                && outputs.get(0).shape.size() == 2
                && outputs.get(0).shape.get(1) == logits;
        if (!fits)
            throw new IOException(file + ": expected " + logits + " logits for images of "
                    + p.cropHeight() + "x" + p.cropWidth() + ", as its metadata says, got "
                    + outputs + " for " + inputs);
    }

    public List<Port> inputs() {
        return inputs;
    }

    public List<Port> outputs() {
        return outputs;
    }

    /** Whether its input is bytes [N,H,W,3], and not normalised floats [N,3,H,W]. */
    public boolean takesPixels() {
        return inputs.get(0).dtype == DType.U8;
    }

    /** Normalised floats of {@code shape} in row-major order to logits, row by row: for a classifier. */
    public float[] run(float[] images, long... shape) {
        var data = ByteBuffer.allocate(images.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        data.asFloatBuffer().put(images);
        return logits(DType.F32, data, images.length, shape);
    }

    /** Pixels of {@code shape} in row-major order to logits, row by row: for a classifier. */
    public float[] run(byte[] images, long... shape) {
        return logits(DType.U8, ByteBuffer.wrap(images), images.length, shape);
    }

    private float[] logits(DType dtype, ByteBuffer data, int length, long[] shape) {
        var input = inputs.get(0);
        var sizes = Arrays.stream(shape).boxed().toList();
        if (dtype != input.dtype
                || !fits(sizes, input.shape)
                || Arrays.stream(shape).reduce(1, Math::multiplyExact) != length)
            throw new IllegalArgumentException(
                    input.name + ": expected " + numbers(input.dtype) + " of shape " + input.shape
                            + " (-1 is any size), got " + length + " " + numbers(dtype) + " for the shape " + sizes);
        var result = run(Map.of(input.name, new HostTensor(dtype, sizes, data))).get(outputs.get(0).name);
        var values = new float[Math.toIntExact(result.elements())];
        result.data().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        return values;
    }

    private static String numbers(DType dtype) {
        return dtype == DType.F32 ? "floats" : dtype == DType.U8 ? "bytes" : "whole numbers";
    }

    private static boolean fits(List<Long> shape, List<Long> expected) {
        boolean fits = shape.size() == expected.size();
        for (int i = 0; fits && i < shape.size(); i++)
            fits = shape.get(i) >= 1 && (expected.get(i) < 0 || shape.get(i).equals(expected.get(i)));
        return fits;
    }

    /**
     * All outputs by name.
     *
     * @throws IllegalArgumentException for inputs of other names, types or shapes
     * @throws IllegalStateException    if it is closed, or ONNX Runtime fails
     */
    public Map<String, HostTensor> run(Map<String, HostTensor> given) {
        if (given.size() != inputs.size())
            throw new IllegalArgumentException("inputs: expected " + inputs + ", got " + given.keySet());
        for (var input : inputs) {
            var tensor = given.get(input.name);
            if (tensor == null || tensor.dtype() != input.dtype || !fits(tensor.shape(), input.shape))
                throw new IllegalArgumentException(input.name + ": expected " + input.dtype + " of shape " + input.shape
                        + " (-1 is any size), got "
                        + (tensor == null ? "none of that name" : tensor.dtype() + " of " + tensor.shape()));
        }
        lifetime.enter();
        var tensors = new LinkedHashMap<String, OnnxTensor>();
        try {
            for (var input : inputs) tensors.put(input.name, tensor(given.get(input.name)));
            try (var result = session.run(tensors)) {
                var answers = new LinkedHashMap<String, HostTensor>();
                for (var output : outputs)
                    answers.put(output.name, host((OnnxTensor)
                            result.get(output.name).orElseThrow()));
                return answers;
            }
        } catch (OrtException e) {
            throw new IllegalStateException(file + ": ONNX Runtime failed: " + e.getMessage(), e);
        } finally {
            tensors.values().forEach(OnnxTensor::close);
            lifetime.leave();
        }
    }

    private static OnnxTensor tensor(HostTensor host) throws OrtException {
        var shape = host.shape().stream().mapToLong(Long::longValue).toArray();
        var data = ByteBuffer.allocateDirect(host.data().remaining()).order(ByteOrder.nativeOrder());
        data.put(host.data().duplicate()).flip();
        var type = TYPES.entrySet().stream()
                .filter(entry -> entry.getValue() == host.dtype())
                .findFirst()
                .orElseThrow()
                .getKey();
        return OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), data, shape, type);
    }

    private static HostTensor host(OnnxTensor tensor) {
        var info = tensor.getInfo();
        var data = tensor.getByteBuffer();
        var copy = ByteBuffer.allocate(data.remaining()).order(ByteOrder.LITTLE_ENDIAN);
        copy.put(data).flip();
        return new HostTensor(
                TYPES.get(info.type), Arrays.stream(info.getShape()).boxed().toList(), copy);
    }

    /** Refuses later calls, and frees the network when those that run are done; the second time does nothing. */
    @Override
    public void close() {
        lifetime.close();
    }

    private void free() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException(file + ": ONNX Runtime cannot close it: " + e.getMessage(), e);
        }
    }
}
