/**
 * Options as checked records: JSON to records and back, changes laid over defaults, {@code path=value} from a command
 * line, and the nearest known name for a wrong one. Uses Jackson and the JDK, and no other package of ours.
 */
package resnet4j.config;
