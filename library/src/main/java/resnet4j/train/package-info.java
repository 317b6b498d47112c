/**
 * Training: options as records, one visible loop, and a run folder that a killed run goes on from. Uses {@code
 * tensor}, {@code nn}, {@code model}, {@code data}, {@code eval}, {@code image}, {@code weights} and {@code config}.
 */
package resnet4j.train;
