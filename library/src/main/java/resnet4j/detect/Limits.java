package resnet4j.detect;

import resnet4j.config.Checks;

/**
 * What of a network's answers counts.
 *
 * @param score   least score, in [0, 1]
 * @param overlap greatest overlap with a surer thing of the same class, in [0, 1]
 * @param most    how many things in a picture
 */
public record Limits(double score, double overlap, int most) {
    public Limits {
        Checks.probability("score", score);
        Checks.probability("overlap", overlap);
        Checks.atLeast("most", 1, most);
    }
}
