/**
 * What is wrong with the pictures themselves: those that are there twice, labels that are probably wrong, classes out of
 * balance, files that cannot be read or are odd, groups in two splits. {@link resnet4j.inspect.Inspection} is what a person
 * asks for.
 *
 * <p>May use what {@code train} may, and {@code train}.
 */
package resnet4j.inspect;
