/**
 * How fast, how large and how right networks are on this machine: {@link resnet4j.measure.Bench} times one network at
 * one thing, {@link resnet4j.measure.Comparison} several networks beside one another, each measurement in a process of
 * its own. Stands on the root and all below it.
 */
package resnet4j.measure;
