/**
 * A network as a list of operations: traced from one forward pass, counted, rewritten by passes, and compiled to a
 * {@link resnet4j.graph.Plan} for fast inference. {@link
 * resnet4j.graph.GraphNet} makes a network of it again. Uses {@code config}, {@code tensor}, {@code nn} and {@code model}.
 */
package resnet4j.graph;
