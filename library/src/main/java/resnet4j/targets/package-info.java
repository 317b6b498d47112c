/**
 * Other targets than one class for every classification network: several labels, numbers, classes that have an order.
 *
 * <p>May use {@code train} and what that uses.
 */
package resnet4j.targets;
