/**
 * Training: options as records, one visible loop that knows no task, tasks ({@link resnet4j.train.Task}), and checkpoints
 * that a killed run goes on from. Uses {@code tensor}, {@code nn}, {@code model}, {@code data}, {@code eval}, {@code
 * image}, {@code weights}, {@code run}, {@code report} and {@code config}.
 */
package resnet4j.train;
