/**
 * Smaller networks from trained ones: weights and values in eight bits, calibrated on pictures. Uses {@code tensor} and
 * {@code graph}.
 */
package resnet4j.compress;
