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
 *                     exp(cosine / 0.1)}; absent where no picture asked is of a class that has labelled ones
 * @param linear       share that logistic regression tells, by the share of the labels that it had; empty likewise
 * @param strangers    pictures asked whose class has no labelled ones, which nobody can tell
 * @param recall       share of the pictures asked whose nearest neighbour among the others asked is of their class
 * @param verification area under the ROC curve of pairs of pictures asked, of one class or of two, by their cosine
 * @param representation what {@link Representation} says of the pictures asked
 */
public record Probing(
        Optional<Double> knn,
        Map<String, Double> linear,
        int strangers,
        double recall,
        double verification,
        Representation representation) {
    private static final double[] SHARES = {0.01, 0.1, 1};
    private static final int MOST_PAIRED = 2000; // pictures: two million pairs

    /** @param labelled features of training pictures. @param asked of others */
    public static Probing of(Features labelled, Features asked, long seed) {
        var known = new boolean[labelled.classes()];
        for (int label : labelled.labels()) known[label] = true;
        int strangers = 0;
        for (int label : asked.labels()) if (!known[label]) strangers++;
        boolean told = strangers < asked.labels().length;
        var representation = Representation.of(asked, told ? Optional.of(labelled) : Optional.empty());
        var few = asked.atMost(MOST_PAIRED, seed);
        var pairs = Retrieval.of(few.values(), few.labels(), few.skipped());
        return new Probing(
                representation.knn(),
                told ? linear(labelled, asked, seed) : Map.of(),
                strangers,
                pairs.recall1(),
                pairs.verification(),
                representation);
    }

    private static Map<String, Double> linear(Features labelled, Features asked, long seed) {
        var linear = new LinkedHashMap<String, Double>();
        int before = 0; // labels that the last share had: of few pictures, two shares may be the same ones
        double told = 0;
        for (double share : SHARES) {
            var some = labelled.share(share, seed);
            if (some.labels().length != before) told = some.tell(asked, seed);
            before = some.labels().length;
            linear.put(Math.round(100 * share) + " %", told);
        }
        return linear;
    }
}
