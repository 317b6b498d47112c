/**
 * Learning from pictures without labels: what two views of a picture have in common. Uses {@code train} and what that
 * uses.
 */
package resnet4j.selfsup;
