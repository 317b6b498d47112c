/**
 * Smaller networks from trained ones: weights and values in eight bits, calibrated on pictures. {@link
 * resnet4j.compress.Quantization} is the whole way, from a saved network to a file that is as good; {@link
 * resnet4j.compress.Quantizer} the work on the graph.
 */
package resnet4j.compress;
