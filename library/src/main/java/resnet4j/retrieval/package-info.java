/**
 * Pictures that are alike: embeddings learned so that those of a class lie together, indexes of them, and searches.
 *
 * <p>May use {@code train} and what that uses.
 */
package resnet4j.retrieval;
