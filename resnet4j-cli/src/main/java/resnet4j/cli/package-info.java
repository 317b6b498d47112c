/**
 * The commands of {@code ./resnet4j}: each a {@link resnet4j.cli.Command} that does its work through the library and
 * gives back a record, printed as JSON or as text. May use every package of the library; nothing uses it. Printing and
 * exit codes live here and nowhere else.
 */
package resnet4j.cli;
