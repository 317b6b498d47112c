package resnet4j.bench.onnxruntime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import resnet4j.bench.Task;
import resnet4j.eval.Timing;

/** ONNX Runtime on the processor, in fp32, on a network that was exported with the weights of ours. */
public final class OnnxRuntimePeer {
    private OnnxRuntimePeer() {}

    public static void main(String[] args) throws OrtException {
        var task = Task.parse(args);
        var pixels = task.images();
        var buffer = ByteBuffer.allocateDirect(4 * pixels.length)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer()
                .put(pixels)
                .flip();
        try (var environment = OrtEnvironment.getEnvironment();
                var options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(task.threads());
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
            long[] shape = {task.batch(), 3, task.size(), task.size()};
            try (var session = environment.createSession(task.file(), options);
                    var images = OnnxTensor.createTensor(environment, buffer, shape)) {
                var input = Map.of(session.getInputNames().iterator().next(), images);
                var logits = logits(session, input);
                task.print("onnxruntime", Timing.of(task.seconds(), () -> logits(session, input)), logits);
            }
        }
    }

    private static float[] logits(OrtSession session, Map<String, OnnxTensor> input) {
        try (var result = session.run(input)) {
            var buffer = ((OnnxTensor) result.get(0)).getFloatBuffer();
            var logits = new float[buffer.remaining()];
            buffer.get(logits);
            return logits;
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }
}
