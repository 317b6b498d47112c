/**
 * libtorch, and the only code that knows it: tensors, the operations of networks, scopes of native memory, devices,
 * precision and errors. May use {@code array}.
 */
package resnet4j.tensor;
