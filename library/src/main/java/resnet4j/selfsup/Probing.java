package resnet4j.selfsup;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import resnet4j.eval.Retrieval;
import resnet4j.train.Features;

/**
 * What features are worth to those who have labels.
 *
 * @param knn          share of the pictures asked whose class their nearest labelled pictures tell: 200, each of {@code
 *                     exp(cosine / 0.1)}
 * @param linear       share that logistic regression tells, by the share of the labels that it had
 * @param recall       share of the pictures asked whose nearest neighbour among the others asked is of their class
 * @param verification area under the ROC curve of pairs of pictures asked, of one class or of two, by their cosine
 * @param representation what {@link Representation} says of the pictures asked
 */
public record Probing(
        double knn, Map<String, Double> linear, double recall, double verification, Representation representation) {
    private static final double[] SHARES = {0.01, 0.1, 1};
    private static final int MOST_PAIRED = 2000; // pictures: two million pairs

    /** @param labelled features of training pictures. @param asked of others */
    public static Probing of(Features labelled, Features asked, long seed) {
        var representation = Representation.of(asked, Optional.of(labelled));
        var linear = new LinkedHashMap<String, Double>();
        int before = 0; // labels that the last share had: of few pictures, two shares may be the same ones
        double told = 0;
        for (double share : SHARES) {
            var some = labelled.share(share, seed);
            if (some.labels().length != before) told = some.tell(asked, seed);
            before = some.labels().length;
            linear.put(Math.round(100 * share) + " %", told);
        }
        var few = asked.atMost(MOST_PAIRED, seed);
        var pairs = Retrieval.of(few.values(), few.labels(), few.skipped());
        return new Probing(
                representation.knn().orElseThrow(), linear, pairs.recall1(), pairs.verification(), representation);
    }
}
