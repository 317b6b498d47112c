/**
 * Networks for other runtimes: a traced graph becomes an ONNX file that describes itself, ONNX Runtime opens it again,
 * and a check says how far its answers are from ours. Uses {@code config}, {@code image}, {@code tensor}, {@code
 * weights}, {@code model} and {@code graph}. ONNX Runtime is an optional dependency, needed for opening only.
 */
package resnet4j.export;
