package resnet4j.train;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import resnet4j.config.Nearest;
import resnet4j.config.Records;
import resnet4j.data.DataSource;
import resnet4j.image.Target;

/**
 * A question put to several recipes that differ in one thing.
 *
 * @param question what the variations answer
 * @param base     what they have in common, where it differs from {@link #CIFAR}: paths and values, as in --set
 */
public record Study(String name, String question, List<String> base, List<Variation> variations) {
    public Study {
        base = List.copyOf(base);
        variations = List.copyOf(variations);
    }

    /**
     * One of the recipes.
     *
     * @param images how many training pictures it sees; 0 for all. With fewer, epochs become more, so that all
     *               variations see as many pictures as 5,000 give
     * @param sets   what it differs in
     */
    public record Variation(String name, int images, List<String> sets) {
        private static final int REFERENCE = 5000;

        Variation(String name, String... sets) {
            this(name, 0, List.of(sets));
        }

        public Variation {
            sets = List.copyOf(sets);
        }

        /** The pictures that it trains on; the others stay whole. */
        public <T extends Target<T>> DataSource<T> of(DataSource<T> data) {
            if (images == 0) return data;
            return new DataSource<>(data.name(), data.train().limit(images), data.val(), data.test());
        }

        private int epochs(int epochs) {
            return images == 0 ? epochs : epochs * Math.max(1, REFERENCE / images);
        }
    }

    /** He et al. 2015, arXiv:1512.03385 section 4.2. The last epoch's network is what is tested. */
    private static final List<String> CIFAR = List.of(
            "data=cifar10",
            "validation=0",
            "augment=[{\"type\":\"padCrop\",\"pad\":4},{\"type\":\"flip\",\"p\":0.5}]",
            "batch=128",
            "dropLast=true",
            "optimizer={\"type\":\"sgd\",\"lr\":0.1,\"momentum\":0.9,\"weightDecay\":1e-4}",
            "schedule={\"type\":\"multiStep\",\"milestones\":[0.5,0.75],\"gamma\":0.1}");

    /** What makes a network's batch norms the identity: no statistics, no scales. */
    public static final String IDENTITY_NORM = "{\"norm\":{\"type\":\"frozenBatch\",\"eps\":0}}";

    private static final String NO_NORM = "architecture=" + IDENTITY_NORM;

    private static final List<Study> ALL = List.of(
            new Study(
                    "degradation",
                    "Does depth harm a plain network, and not a residual one? arXiv:1512.03385, figure 6.",
                    List.of(),
                    models("plain20", "resnet20", "plain56", "resnet56")),
            new Study(
                    "degradation-110",
                    "The same at 110 layers, with the paper's warm-up.",
                    List.of("schedule.warmup=0.03"),
                    models("plain110", "resnet110")),
            new Study(
                    "small-data",
                    "Is a small plain network better than a deep residual one on few pictures?",
                    List.of("batch=50", "optimizer.lr=0.05"),
                    Stream.of(100, 500, 5000)
                            .flatMap(n -> Stream.of("small_cnn", "resnet56")
                                    .map(model -> new Variation(model + " on " + n, n, List.of("model=" + model))))
                            .toList()),
            new Study(
                    "regularisers",
                    "What does each of the usual means give? Each is switched off alone.",
                    List.of("model=resnet20"),
                    List.of(
                            new Variation("all of them"),
                            new Variation("no weight decay", "optimizer.weightDecay=0"),
                            new Variation("no learning-rate decay", "schedule=constant"),
                            new Variation("no augmentation", "augment=[]"),
                            new Variation("no batch norm", NO_NORM),
                            new Variation("no batch norm, a tenth of the rate", NO_NORM, "optimizer.lr=0.01"))));

    private static List<Variation> models(String... names) {
        return Arrays.stream(names)
                .map(name -> new Variation(name, "model=" + name))
                .toList();
    }

    public static List<Study> all() {
        return ALL;
    }

    /** @throws IllegalArgumentException with the nearest name, if there is none of this one */
    public static Study named(String name) {
        var names = ALL.stream().map(Study::name).toList();
        return ALL.stream()
                .filter(study -> study.name.equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("study: expected one of " + String.join(", ", names)
                        + ", got '" + name + "'." + Nearest.hint(name, names)));
    }

    /**
     * A variation's recipe.
     *
     * @param epochs of a variation that sees all pictures
     * @param more   what else is to be different in all of them, as in --set
     */
    public Recipe recipe(Variation variation, int epochs, long seed, List<String> more) {
        var sets = new ArrayList<>(CIFAR);
        sets.addAll(base);
        sets.addAll(more);
        sets.addAll(variation.sets);
        sets.add("epochs=" + variation.epochs(epochs));
        sets.add("seed=" + seed);
        JsonNode changes = Records.parse("{}");
        for (var set : sets) changes = Records.set(changes, set);
        return Records.overlay(new Recipe(), changes);
    }
}
