package resnet4j.train;

import java.io.IOException;
import resnet4j.config.Records;
import resnet4j.data.DataSource;
import resnet4j.data.Label;
import resnet4j.data.Mix;
import resnet4j.image.Target;

/** What a recipe's network is to learn. A record for each; others than those here are made known by {@link #register}. */
public interface Objective {
    /** What has to be known of each picture. */
    Class<? extends Target<?>> target();

    /** The number by which its networks are compared; see {@link resnet4j.eval.Score#headline}. */
    String headline();

    /** How often a run of the recipe sees all training pictures. */
    default int epochs(Recipe recipe) {
        return recipe.epochs();
    }

    /**
     * The task, with its network made ready to begin.
     *
     * @param data what the recipe makes of its pictures: see {@link Recipe#of}
     */
    Task<?> task(Recipe recipe, DataSource<?> data, Machine machine) throws IOException;

    /**
     * Refuses what a recipe asks for and a task would leave undone.
     *
     * @param why    the task has no use for these, a clause
     * @param fields of the recipe, which are to be as they are by default
     */
    static void refuse(Recipe recipe, String why, String... fields) {
        var asked = Records.tree(recipe);
        var usual = Records.tree(new Recipe());
        for (var field : fields)
            if (!asked.path(field).equals(usual.path(field)))
                throw new IllegalArgumentException(
                        field + ": expected none, " + why + ", got " + asked.path(field) + "; leave it out");
    }

    /** Makes an objective known to recipes, before one is read, by the record's name: {@code {"learn": {"type": "segment"}}}. */
    static void register(Class<? extends Record> objective) {
        Records.permit(Objective.class, objective);
    }

    /**
     * What a package adds to recipes: objectives, and the networks and kinds of data that go with them. A jar names its own
     * in {@code META-INF/services/resnet4j.train.Objective$Addition}.
     */
    interface Addition {
        /** Called once. */
        void register();
    }

    /** The class of each picture: softmax and cross entropy. */
    record Classify() implements Objective {
        @Override
        public Class<Label> target() {
            return Label.class;
        }

        @Override
        public String headline() {
            return "top1";
        }

        @Override
        public Task<Label> task(Recipe recipe, DataSource<?> data, Machine machine) throws IOException {
            return new Classification(recipe, data.of(Label.class), machine);
        }
    }

    /**
     * The class of each picture by the head alone, which is solved for: the logistic regression on what the rest of the
     * network makes of each training picture. There are no steps, and training pictures are neither augmented nor mixed.
     */
    record Probe() implements Objective {
        @Override
        public int epochs(Recipe recipe) {
            return 1;
        }

        @Override
        public Class<Label> target() {
            return Label.class;
        }

        @Override
        public String headline() {
            return "top1";
        }

        /** @throws IllegalArgumentException for a recipe that asks for what only steps can do */
        @Override
        public Task<Label> task(Recipe recipe, DataSource<?> data, Machine machine) throws IOException {
            refuse("augment", !recipe.augment().isEmpty());
            refuse("mix", !recipe.mix().equals(new Mix.None()));
            refuse("progressive", recipe.progressive().share() > 0);
            refuse("labelSmoothing", recipe.labelSmoothing() > 0);
            refuse("average", recipe.average().kept());
            refuse("rounding", recipe.rounding().rounds());
            return new Classification(recipe, data.of(Label.class), machine);
        }

        private static void refuse(String field, boolean asked) {
            if (asked)
                throw new IllegalArgumentException(
                        field + ": a probe solves for the head from pictures as they are; leave " + field
                                + " out, or set learn to classify");
        }
    }
}
