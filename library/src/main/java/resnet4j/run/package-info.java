/**
 * The folder of a run: what is in it, who may write to it, and the lines of its history. Knows no recipe and no task.
 * Uses {@code config}, {@code data} (for what was skipped), {@code model} (for a file's name) and {@code weights}.
 */
package resnet4j.run;
