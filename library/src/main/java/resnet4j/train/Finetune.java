package resnet4j.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Consumer;
import resnet4j.config.Checks;
import resnet4j.config.Records;
import resnet4j.data.Augment;
import resnet4j.data.DataSource;
import resnet4j.data.Label;
import resnet4j.data.Labelled;
import resnet4j.image.Resize;
import resnet4j.model.ModelFile;
import resnet4j.report.Words;
import resnet4j.run.Rate;
import resnet4j.run.RunFolder;

/** Teaching a trained network other classes: what nobody asks for is chosen from the pictures, with its reasons. */
public final class Finetune {
    private static final System.Logger LOG = System.getLogger(Finetune.class.getName());
    private static final int FEW = 500, MANY = 5_000, RATES = 40;

    private Finetune() {}

    /** Which weights move. */
    public enum Kind {
        /** None in steps: the head is solved for. */
        PROBE(new Strategy.All()),
        /** The head and the last stage. */
        LAST(new Strategy.LastStages(1)),
        /** One more stage every two epochs. */
        GRADUAL(new Strategy.Gradual(2, 0.4)), // 1/2.6: arXiv:1801.06146 section 3.2
        /** All, lower stages more slowly. */
        ALL(new Strategy.All(0.7));

        private final Strategy strategy;

        Kind(Strategy strategy) {
            this.strategy = strategy;
        }

        Strategy strategy() {
            return strategy;
        }
    }

    /**
     * What somebody asks for; the rest is chosen.
     *
     * @param search    for the learning rate, also where it would not be
     * @param limit     use only so many pictures of each split; 0 for all
     * @param folds     into how many parts the training pictures are split, each the test of a run on the others; 0 for none
     * @param precision fp32, bf16 or auto
     */
    public record Wishes(
            Optional<Kind> kind,
            OptionalInt epochs,
            OptionalDouble lr,
            boolean search,
            OptionalInt batch,
            int limit,
            int folds,
            String precision,
            long seed) {
        public Wishes {
            Checks.atLeast("limit", 0, limit);
            if (folds != 0) Checks.atLeast("folds", 2, folds);
        }

        /** Everything chosen, seed 0. */
        public Wishes() {
            this(
                    Optional.empty(),
                    OptionalInt.empty(),
                    OptionalDouble.empty(),
                    false,
                    OptionalInt.empty(),
                    0,
                    0,
                    "auto",
                    0);
        }

        public Wishes with(Kind kind) {
            return with("kind", Optional.of(kind));
        }

        public Wishes withEpochs(int epochs) {
            return with("epochs", OptionalInt.of(epochs));
        }

        public Wishes withLr(double lr) {
            return with("lr", OptionalDouble.of(lr));
        }

        public Wishes withSearch(boolean search) {
            return with("search", search);
        }

        public Wishes withBatch(int batch) {
            return with("batch", OptionalInt.of(batch));
        }

        public Wishes withLimit(int limit) {
            return with("limit", limit);
        }

        public Wishes withFolds(int folds) {
            return with("folds", folds);
        }

        public Wishes withPrecision(String precision) {
            return with("precision", precision);
        }

        public Wishes withSeed(long seed) {
            return with("seed", seed);
        }

        private Wishes with(String field, Object value) {
            return Records.with(this, field, value);
        }
    }

    /**
     * Runs that are to be.
     *
     * @param reasons why they are as they are, a sentence each
     * @param folds   how many runs cross-validate; 0 for one run
     * @param search  whether the learning rate is still to be searched for
     * @param rates   what a search for it saw; empty where there was none
     */
    public record Plan(Recipe recipe, List<String> reasons, int folds, boolean search, List<Rate> rates) {
        public Plan {
            reasons = List.copyOf(reasons);
            rates = List.copyOf(rates);
            if (search && recipe.learn() instanceof Objective.Probe)
                throw new IllegalArgumentException(
                        "find-lr: a probe is solved for and has no rate; leave it out, or give"
                                + " strategy last, gradual or all");
        }

        /** The same with another recipe; a rate that it changes is not searched for. */
        public Plan withRecipe(Recipe recipe) {
            boolean kept = recipe.optimizer().equals(this.recipe.optimizer());
            return new Plan(recipe, reasons, folds, search && kept, rates);
        }

        /** With the rate that a search on a few batches finds, where one is to be searched for. */
        public Plan withRate(DataSource<Label> data, Trainer.Options options, Trainer.Log log) throws IOException {
            if (!search) return this;
            var found = RateFinder.search(recipe, data, options, 1e-6, 1e-1, RATES, log);
            double lr = RateFinder.best(found);
            var more = new ArrayList<>(reasons);
            more.add(sentence("learning rate %.1e: a tenth of that at which the loss began to rise in a search", lr));
            return new Plan(recipe.withLr(lr), more, folds, false, found);
        }
    }

    /**
     * What to do with these pictures.
     *
     * @param weights of the network; it starts from random ones where absent
     */
    public static Plan plan(ModelFile model, Optional<Path> weights, DataSource<Label> data, Wishes wishes) {
        var reasons = new ArrayList<String>();
        int all = data.train().size(), pictures = wishes.limit() > 0 ? Math.min(wishes.limit(), all) : all;
        reasons.add(sentence(
                "%s of %s",
                Words.count(pictures, "training picture"),
                Words.count(data.train().classes().size(), "class", "classes")));
        if (weights.isEmpty()) reasons.add("no weights were given: the network starts from random ones");
        var kind = wishes.kind().orElseGet(() -> kindFor(pictures, weights.isPresent(), reasons));
        boolean probe = kind == Kind.PROBE;
        boolean solve = !probe && weights.isPresent();
        int epochs = wishes.epochs().orElse(probe ? 1 : pictures < MANY ? 20 : 10);
        if (probe) reasons.add("nothing is trained in steps, so that there is no learning rate, and one epoch");
        else if (wishes.epochs().isEmpty())
            reasons.add(sentence(
                    "%s: %s",
                    Words.count(epochs, "epoch"), pictures < MANY ? "pictures are few" : "pictures are many"));
        if (solve) reasons.add("it begins with the head solved for, and warms up over a tenth of the run");
        var preprocess = model.preprocess().withExif(true);
        if (preprocess.resize() instanceof Resize.None) {
            // photographs are larger than CIFAR's pictures, and their centre alone says little
            preprocess = preprocess.withResize(
                    new Resize.ShortSide(Math.min(preprocess.cropWidth(), preprocess.cropHeight())));
            reasons.add("pictures are brought to the size that the network was made for");
        }
        if (!model.preprocess().applyExif())
            reasons.add("photographs are turned upright as their cameras say; the weights' own rule would not");
        var augment = new ArrayList<Augment>();
        if (!probe) {
            augment.add(new Augment.PadCrop(Math.max(1, preprocess.cropWidth() / 8)));
            augment.add(new Augment.Flip(0.5));
            reasons.add("shifts and mirror images, since the pictures are few");
        }
        boolean freeze = solve && pictures < 1_000;
        if (freeze) reasons.add("batch statistics stay those of the weights: batches are few");
        boolean balance = skewed(data);
        if (balance) reasons.add("the loss counts every class the same: some have far fewer pictures");
        // a probe has no epochs to choose from, so that nothing need be held out
        boolean hold = !probe && wishes.folds() == 0 && data.val().isEmpty() && pictures >= 200;
        if (hold) reasons.add("a tenth of the training pictures is held out, to choose the epoch by");
        double lr = wishes.lr().orElse(solve ? 1e-4 : 1e-3);
        var recipe = Recipe.classify(model.model())
                .withLearn(probe ? new Objective.Probe() : new Objective.Classify())
                .withArchitecture(model.architecture().withLinearHead())
                .withData(data.name())
                .withLimit(wishes.limit())
                .withValidation(hold ? 0.1 : 0)
                .withPreprocess(preprocess)
                .withAugment(augment.toArray(Augment[]::new))
                .withEpochs(epochs)
                .withBatch(wishes.batch().orElse(Math.max(1, Math.min(probe ? 64 : 32, pictures / 4))))
                .withDropLast(true) // a last batch of few pictures is steep
                .withOptimizer(new Optim.AdamW(lr, 0.9, 0.999, 1e-8, 1e-2, false))
                .withSchedule(new Schedule.Cosine(0, probe ? 0 : 0.1))
                .withStrategy(kind.strategy())
                .withSolveHead(solve)
                .withClipNorm(solve ? 1 : 0) // a batch of pictures that the head has not seen can be steep
                .withClassBalance(balance)
                .withFreezeNorms(freeze)
                .withPrecision(wishes.precision())
                .withSeed(wishes.seed());
        if (weights.isPresent()) recipe = recipe.withWeights(weights.get());
        boolean search = wishes.search() || solve && wishes.lr().isEmpty();
        return new Plan(recipe, reasons, wishes.folds(), search, List.of());
    }

    /** How somebody trains, who wants to hear of it. */
    @FunctionalInterface
    public interface Training<T> {
        /** What came of a run; empty where it was stopped. */
        Optional<T> of(Recipe recipe, DataSource<Label> data, RunFolder run) throws IOException;
    }

    /**
     * Makes a plan's run, or its runs: each in a folder in {@code folder} on other pictures, until one is stopped.
     *
     * @param say told of what has to be changed on the way
     */
    public static <T> List<T> runs(
            Plan plan, DataSource<Label> data, Path folder, Training<T> training, Consumer<String> say)
            throws IOException {
        var done = new ArrayList<T>();
        var parts = plan.folds == 0 ? List.of(data) : folds(data, plan.folds, plan.recipe.seed());
        for (var part : parts) {
            var run = RunFolder.create(plan.folds == 0 ? folder : folder.resolve("fold-" + (done.size() + 1)));
            if (!plan.rates.isEmpty()) run.keepRates(plan.rates);
            var result = run(plan.recipe, part, run, training, say);
            if (result.isEmpty()) break;
            done.add(result.get());
        }
        return done;
    }

    /**
     * Runs a recipe, and begins again at a quarter of the rate, three times at most, where it breaks what the weights
     * and the solved head knew: the loss becomes infinite, or no better than a guess in the first epochs.
     */
    static <T> Optional<T> run(
            Recipe recipe, DataSource<Label> data, RunFolder run, Training<T> training, Consumer<String> say)
            throws IOException {
        for (int again = 0; ; again++) {
            try {
                return training.of(recipe, data, run);
            } catch (DivergedException e) {
                if (again == 3 || !recipe.solveHead()) throw e;
                run.discard();
                recipe = recipe.withLr(recipe.optimizer().lr() / 4);
                say.accept(sentence(
                        "%s; beginning again with learning rate %.1e",
                        e.getMessage().replaceFirst(";.*", ""),
                        recipe.optimizer().lr()));
            }
        }
    }

    /**
     * Makes a plan's one run, after the search for its rate where there is to be one.
     *
     * @throws IllegalArgumentException for a plan of several runs: see {@link #runs}
     */
    public static Trainer.Outcome run(Plan plan, DataSource<Label> data, RunFolder run, Trainer.Options options)
            throws IOException {
        if (plan.folds != 0)
            throw new IllegalArgumentException(
                    "folds: expected a plan of one run, got " + plan.folds + "; make them by Finetune.runs");
        var rated = plan.withRate(data, options, new Trainer.Log() {});
        if (!rated.rates.isEmpty()) run.keepRates(rated.rates);
        Training<Trainer.Outcome> quiet = (recipe, pictures, folder) -> {
            try (var trainer = new Trainer(recipe, pictures, folder, options, new Trainer.Log() {})) {
                return Optional.of(trainer.train());
            }
        };
        return run(rated.recipe, data, run, quiet, sentence -> LOG.log(System.Logger.Level.WARNING, sentence))
                .orElseThrow();
    }

    /** {@code k} sources that train on all pictures but a {@code k}-th, which is their test. */
    private static List<DataSource<Label>> folds(DataSource<Label> data, int k, long seed) {
        var folds = new ArrayList<DataSource<Label>>();
        for (var fold : data.train().folds(k, seed))
            folds.add(new DataSource<>(
                    data.name() + " fold " + (folds.size() + 1),
                    fold.rest(),
                    Optional.empty(),
                    Optional.of(fold.held())));
        return folds;
    }

    private static Kind kindFor(int pictures, boolean trained, List<String> reasons) {
        if (!trained) {
            reasons.add("strategy all: random weights have nothing to keep");
            return Kind.ALL;
        }
        if (pictures < FEW) {
            reasons.add("strategy probe: with so few, all but the head would over-fit; the head is solved for, by"
                    + " logistic regression on what the network makes of the pictures");
            return Kind.PROBE;
        }
        reasons.add("strategy all: enough pictures to move every weight, lower stages more slowly");
        return Kind.ALL;
    }

    /** Whether the largest class has more than three times the pictures of the smallest. */
    private static boolean skewed(DataSource<Label> data) {
        var counts = Arrays.stream(Labelled.classCounts(data.train()))
                .filter(n -> n > 0)
                .summaryStatistics();
        return counts.getMax() > 3L * counts.getMin();
    }

    private static String sentence(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
