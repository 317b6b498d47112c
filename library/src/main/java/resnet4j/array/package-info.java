/**
 * Numbers outside libtorch: element types, tensors in Java memory or mapped files, NumPy's files. Uses no other package.
 */
package resnet4j.array;
