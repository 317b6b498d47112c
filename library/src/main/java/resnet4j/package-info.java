/** The front door: plain Java values in and out. Uses every package but {@code cli}. */
package resnet4j;
