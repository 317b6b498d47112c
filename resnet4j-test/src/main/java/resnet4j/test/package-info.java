/**
 * Assertions about how good a network is, for the tests of a build. They need no test framework: what fails is an {@link
 * java.lang.AssertionError} that says what was measured, with its interval.
 */
package resnet4j.test;
