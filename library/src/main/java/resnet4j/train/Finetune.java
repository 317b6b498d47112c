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
     * @param limit     use only so many pictures of each split; 0 for all
     * @param folds     whether parts of the training pictures will be the test, as {@link #folds} makes them
     * @param precision fp32, bf16 or auto
     */
    public record Wishes(
            Optional<Kind> kind,
            OptionalInt epochs,
            OptionalDouble lr,
            OptionalInt batch,
            int limit,
            boolean folds,
            String precision,
            long seed) {
        /** Everything chosen, seed 0. */
        public Wishes() {
            this(
                    Optional.empty(),
                    OptionalInt.empty(),
                    OptionalDouble.empty(),
                    OptionalInt.empty(),
                    0,
                    false,
                    "auto",
                    0);
        }

        public Wishes with(Kind kind) {
            return new Wishes(Optional.of(kind), epochs, lr, batch, limit, folds, precision, seed);
        }

        public Wishes withEpochs(int epochs) {
            return new Wishes(kind, OptionalInt.of(epochs), lr, batch, limit, folds, precision, seed);
        }

        public Wishes withLr(double lr) {
            return new Wishes(kind, epochs, OptionalDouble.of(lr), batch, limit, folds, precision, seed);
        }

        public Wishes withBatch(int batch) {
            return new Wishes(kind, epochs, lr, OptionalInt.of(batch), limit, folds, precision, seed);
        }

        public Wishes withLimit(int limit) {
            return new Wishes(kind, epochs, lr, batch, limit, folds, precision, seed);
        }

        public Wishes withFolds() {
            return new Wishes(kind, epochs, lr, batch, limit, true, precision, seed);
        }

        public Wishes withPrecision(String precision) {
            return new Wishes(kind, epochs, lr, batch, limit, folds, precision, seed);
        }

        public Wishes withSeed(long seed) {
            return new Wishes(kind, epochs, lr, batch, limit, folds, precision, seed);
        }
    }

    /**
     * A run that is to be.
     *
     * @param reasons why it is as it is, a sentence each
     * @param rates   what a search for the learning rate saw; empty where there was none
     */
    public record Plan(Recipe recipe, List<String> reasons, List<Rate> rates) {
        public Plan {
            reasons = List.copyOf(reasons);
            rates = List.copyOf(rates);
        }

        /** The same with another recipe. */
        public Plan withRecipe(Recipe recipe) {
            return new Plan(recipe, reasons, rates);
        }

        /** With the rate that a search on a few batches finds. */
        public Plan withSearchedRate(DataSource<Label> data, Trainer.Options options, Trainer.Log log)
                throws IOException {
            var found = RateFinder.search(recipe, data, options, 1e-6, 1e-1, RATES, log);
            double lr = RateFinder.best(found);
            var more = new ArrayList<>(reasons);
            more.add(sentence("learning rate %.1e: a tenth of that at which the loss began to rise in a search", lr));
            return new Plan(recipe.withLr(lr), more, found);
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
        boolean hold = !probe && !wishes.folds() && data.val().isEmpty() && pictures >= 200;
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
        return new Plan(recipe, reasons, List.of());
    }

    /** A run of a recipe, made by whoever wants to hear of it. */
    @FunctionalInterface
    public interface Run<T> {
        T of(Recipe recipe) throws IOException;
    }

    /**
     * Runs a recipe, and begins again at a quarter of the rate, three times at most, where it breaks what the weights
     * and the solved head knew: the loss becomes infinite, or no better than a guess in the first epochs.
     *
     * @param say told about it
     */
    public static <T> T run(Recipe recipe, RunFolder folder, Run<T> run, Consumer<String> say) throws IOException {
        for (int again = 0; ; again++) {
            try {
                return run.of(recipe);
            } catch (DivergedException e) {
                if (again == 3 || !recipe.solveHead()) throw e;
                folder.discard();
                recipe = recipe.withLr(recipe.optimizer().lr() / 4);
                say.accept(sentence(
                        "%s; beginning again with learning rate %.1e",
                        e.getMessage().replaceFirst(";.*", ""),
                        recipe.optimizer().lr()));
            }
        }
    }

    /** Runs a plan to its end. */
    public static Trainer.Outcome run(Plan plan, DataSource<Label> data, RunFolder folder, Trainer.Options options)
            throws IOException {
        return run(
                plan.recipe(),
                folder,
                recipe -> {
                    try (var trainer = new Trainer(recipe, data, folder, options, new Trainer.Log() {})) {
                        return trainer.train();
                    }
                },
                sentence -> LOG.log(System.Logger.Level.WARNING, sentence));
    }

    /** {@code k} sources that train on all pictures but a {@code k}-th, which is their test. */
    public static List<DataSource<Label>> folds(DataSource<Label> data, int k, long seed) {
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
