/** The front door: plain Java values in and out. Uses every package but those that stand on it. */
package resnet4j;
