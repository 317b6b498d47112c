/**
 * How far a classifier can be trusted: temperature scaling, abstaining, what it does not know, conformal sets, and whether
 * one network is better than another. {@link resnet4j.certainty.Calibrating} is what a person asks for.
 *
 * <p>May use what {@code train} may, and {@code train}, whose recipes say which pictures were held out.
 */
package resnet4j.certainty;
