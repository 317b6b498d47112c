/**
 * Trained networks made smaller and taught again: {@link resnet4j.shrink.Prune} cuts channels and fine-tunes what is left.
 */
package resnet4j.shrink;
