package resnet4j.run;

/** A point of a search for a learning rate: the smoothed loss after a step at a rate. */
public record Rate(double lr, double loss) {}
