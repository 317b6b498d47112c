package resnet4j.study;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import resnet4j.config.Nearest;
import resnet4j.config.Records;
import resnet4j.data.Augment;
import resnet4j.data.DataSource;
import resnet4j.image.Target;
import resnet4j.model.Architecture;
import resnet4j.nn.Norm;
import resnet4j.train.Optim;
import resnet4j.train.Recipe;
import resnet4j.train.Schedule;

/**
 * A question put to several recipes that differ in one thing.
 *
 * @param question what the variations answer
 * @param base     what they have in common, where it differs from {@link #CIFAR}
 */
public record Study(String name, String question, UnaryOperator<Recipe> base, List<Variation> variations) {
    public Study {
        variations = List.copyOf(variations);
    }

    /**
     * One of the recipes.
     *
     * @param images how many training pictures it sees; 0 for all. With fewer, epochs become more, so that all
     *               variations see as many pictures as 5,000 give
     * @param change what it differs in
     */
    public record Variation(String name, int images, UnaryOperator<Recipe> change) {
        private static final int REFERENCE = 5000;

        Variation(String name, UnaryOperator<Recipe> change) {
            this(name, 0, change);
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
    private static final Recipe CIFAR = Recipe.classify("resnet20")
            .withData("cifar10")
            .withValidation(0)
            .withAugment(new Augment.PadCrop(4), new Augment.Flip(0.5))
            .withBatch(128)
            .withDropLast(true)
            .withOptimizer(new Optim.Sgd(0.1, 0.9, false, 1e-4, true))
            .withSchedule(new Schedule.MultiStep(List.of(0.5, 0.75), 0.1, 0));

    /** What makes a network's batch norms the identity: no statistics, no scales. */
    public static final Norm IDENTITY_NORM = new Norm.FrozenBatch(0);

    private static final List<Study> ALL = List.of(
            new Study(
                    "degradation",
                    "Does depth harm a plain network, and not a residual one? arXiv:1512.03385, figure 6.",
                    recipe -> recipe,
                    models("plain20", "resnet20", "plain56", "resnet56")),
            new Study(
                    "degradation-110",
                    "The same at 110 layers, with the paper's warm-up.",
                    recipe -> recipe.withSchedule(new Schedule.MultiStep(List.of(0.5, 0.75), 0.1, 0.03)),
                    models("plain110", "resnet110")),
            new Study(
                    "small-data",
                    "Is a small plain network better than a deep residual one on few pictures?",
                    recipe -> optimizer(recipe.withBatch(50), "lr", 0.05),
                    Stream.of(100, 500, 5000)
                            .flatMap(n -> Stream.of("small_cnn", "resnet56")
                                    .map(model ->
                                            new Variation(model + " on " + n, n, recipe -> recipe.withModel(model))))
                            .toList()),
            new Study(
                    "regularisers",
                    "What does each of the usual means give? Each is switched off alone.",
                    recipe -> recipe,
                    List.of(
                            new Variation("all of them", recipe -> recipe),
                            new Variation("no weight decay", recipe -> optimizer(recipe, "weightDecay", 0)),
                            new Variation(
                                    "no learning-rate decay", recipe -> recipe.withSchedule(new Schedule.Constant())),
                            new Variation("no augmentation", recipe -> recipe.withAugment()),
                            new Variation("no batch norm", Study::withoutNorm),
                            new Variation(
                                    "no batch norm, a tenth of the rate",
                                    recipe -> optimizer(withoutNorm(recipe), "lr", 0.01)))));

    private static Recipe optimizer(Recipe recipe, String field, double value) {
        return recipe.withOptimizer((Optim) Records.with((Record) recipe.optimizer(), field, value));
    }

    private static Recipe withoutNorm(Recipe recipe) {
        return recipe.withArchitecture(withoutNorm(recipe.architectureFor(10)));
    }

    /** The architecture with batch norms that are the identity. */
    public static Architecture withoutNorm(Architecture architecture) {
        return (Architecture) Records.with((Record) architecture, "norm", IDENTITY_NORM);
    }

    private static List<Variation> models(String... names) {
        return Arrays.stream(names)
                .map(name -> new Variation(name, recipe -> recipe.withModel(name)))
                .toList();
    }

    public static List<Study> all() {
        return ALL;
    }

    /** @throws IllegalArgumentException with the nearest name, if there is none of this one */
    public static Study named(String name) {
        var names = Stream.concat(ALL.stream().map(Study::name), Stream.of(GradientStudy.NAME, CurveStudy.NAME))
                .toList();
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
        JsonNode changes = Records.parse("{}");
        for (var set : more) changes = Records.set(changes, set);
        var all = Records.overlay(base.apply(CIFAR), changes);
        return variation.change.apply(all).withEpochs(variation.epochs(epochs)).withSeed(seed);
    }
}
