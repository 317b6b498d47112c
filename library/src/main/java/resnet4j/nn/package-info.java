/**
 * The layers that networks are made of, and how their weights start. Uses {@code tensor}. A layer owns its weights;
 * names equal torchvision's, and so does the order in which random numbers are drawn.
 */
package resnet4j.nn;
