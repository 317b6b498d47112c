package resnet4j.detect;

import java.util.Optional;
import resnet4j.export.OnnxProgram.Value;

/** {@link Found} in an ONNX file: [n,4], [n] whole numbers, [n], and [n,28,28] where the network says masks. */
record OnnxFound(Value boxes, Value labels, Value scores, Optional<Value> masks) {
    OnnxFound(Value boxes, Value labels, Value scores) {
        this(boxes, labels, scores, Optional.empty());
    }
}
