package resnet4j.shrink;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import resnet4j.compress.Groups;
import resnet4j.compress.Pruning;
import resnet4j.compress.Subject;
import resnet4j.config.Checks;
import resnet4j.config.Records;
import resnet4j.data.Augment;
import resnet4j.data.DataSource;
import resnet4j.data.Dataset;
import resnet4j.graph.Costs;
import resnet4j.image.Target;
import resnet4j.model.ModelFile;
import resnet4j.model.NetWeights;
import resnet4j.run.RunFolder;
import resnet4j.run.Stages;
import resnet4j.run.Watcher;
import resnet4j.tensor.NativeScope;
import resnet4j.train.Objective;
import resnet4j.train.Optim;
import resnet4j.train.Recipe;
import resnet4j.train.Schedule;

/**
 * Cuts the channels of a trained network that matter least, and teaches what is left.
 *
 * @param pruning  which ones are cut
 * @param rounds   in how many steps, with all epochs after each of them
 * @param epochs   of fine-tuning after each round; 0 for none
 * @param pictures that an importance looks at
 * @param learn    what is taught; where that is to {@link Distill} without a teacher, the network itself is the teacher
 * @param changes  of the recipe of fine-tuning, as in {@code optimizer.lr=0.02}
 */
public record Prune(Pruning pruning, int rounds, int epochs, int pictures, Objective learn, List<String> changes) {
    public Prune {
        Checks.atLeast("rounds", 1, rounds);
        Checks.atLeast("epochs", 0, epochs);
        Checks.atLeast("pictures", 1, pictures);
        changes = List.copyOf(changes);
    }

    /** Teaches a network by a recipe. */
    @FunctionalInterface
    public interface Teacher {
        /** @return whether it came to its end; if not, the folder goes on with it */
        boolean teach(Recipe recipe, DataSource<?> data, RunFolder folder) throws IOException;
    }

    /**
     * Prunes, teaches, measures and writes.
     *
     * @param opened  stays the caller's
     * @param name    what the network is called in the result
     * @param data    with the network's classes, to look at, to learn from and to measure on
     * @param subject what it is measured in, and what importances go by
     * @param dense   where the network itself is kept, or will be, to teach what is left of it, if anything is taught
     * @param folder  for the runs of fine-tuning, if there is any; those that are there are gone on with
     * @param out     a .safetensors file
     * @throws IllegalArgumentException where data is needed and there is none, the budget cannot be met, or {@code dense} is
     *                                  another network's
     */
    public <T extends Target<T>> Pruned run(
            ModelFile.Opened opened,
            String name,
            Optional<DataSource<T>> data,
            Subject<T> subject,
            Path dense,
            Path folder,
            Path out,
            Teacher teacher,
            Stages stages)
            throws IOException {
        if (epochs > 0 && data.isEmpty())
            throw new IllegalArgumentException(
                    "data: expected pictures to teach the smaller network with; give some, or"
                            + " 0 epochs for a network that is not taught again");
        if (epochs > 0) keep(opened, dense);
        var measured = data.map(d -> d.split(d.measured()));
        var before = side(opened, subject, measured, stages);
        var steps = pruning.withBudget(
                pruning.budget().withMost(Math.pow(pruning.budget().most(), 1.0 / rounds)));
        var runs = new ArrayList<Path>();
        ModelFile.Opened now = null;
        try {
            for (int round = 1; round <= rounds; round++) {
                var from = now == null ? opened : now;
                var own = epochs == 0 ? out : folder.resolve("round-" + round);
                var start = own.resolve("start.safetensors");
                if (epochs == 0 || !Files.exists(start)) {
                    var smaller = smaller(steps, from, data, subject, stages);
                    if (now != null) now.close();
                    now = smaller;
                    if (epochs > 0) now.file().save(start, now.net());
                }
                if (epochs > 0) {
                    if (now != null) now.close();
                    now = null;
                    runs.add(own.resolve("run"));
                    now = taught(start, dense, data.orElseThrow(), subject, own.resolve("run"), teacher);
                }
            }
            var after = side(now, subject, measured, stages);
            save(now, after, out);
            return new Pruned(name, out, pruning, before, after, runs, cuts(opened, now, subject));
        } finally {
            if (now != null) now.close();
        }
    }

    /** Puts the network where it teaches, or sees that it is the one there. */
    static void keep(ModelFile.Opened opened, Path dense) throws IOException {
        if (!Files.exists(dense)) {
            opened.file().save(dense, opened.net());
            return;
        }
        try (var there = ModelFile.open(dense)) {
            if (!NetWeights.of(there.net()).equals(NetWeights.of(opened.net())))
                throw new IllegalArgumentException(dense + ": expected the network that is pruned, got another one's"
                        + " weights, from a former command; take another folder");
        }
    }

    private <T extends Target<T>> ModelFile.Opened smaller(
            Pruning steps, ModelFile.Opened from, Optional<DataSource<T>> data, Subject<T> subject, Stages stages)
            throws IOException {
        var looked = data.filter(d -> steps.importance().looksAtPictures())
                .map(d -> d.train().limit(pictures));
        try (var watcher = looked.isEmpty()
                        ? Watcher.NONE
                        : stages.begin("gradients", looked.get().size(), "images");
                var scope = new NativeScope()) {
            Optional<Pruning.Pictures<?>> shown =
                    looked.map(some -> new Pruning.Pictures<>(some, subject, from, watcher::add));
            return subject.left(from, steps.run(subject.graph(from), shown));
        }
    }

    private ModelFile.Opened taught(
            Path start, Path dense, DataSource<?> data, Subject<?> subject, Path run, Teacher teacher)
            throws IOException {
        Recipe recipe;
        try (var opened = ModelFile.open(start)) {
            recipe = recipe(opened.file(), start, dense, data, subject.batch());
        }
        var folder = Files.exists(run) ? RunFolder.open(run) : RunFolder.create(run);
        if (!teacher.teach(recipe, data, folder))
            throw new IOException(run + ": fine-tuning was stopped; the same command goes on with it");
        return ModelFile.open(folder.model());
    }

    private Recipe recipe(ModelFile file, Path start, Path dense, DataSource<?> data, int batch) {
        var preprocess = file.preprocess();
        boolean itself = learn instanceof Distill distill && distill.teacher().isBlank();
        var augment = new ArrayList<Augment>(List.of(new Augment.Flip(0.5)));
        if (preprocess.cropWidth() > 0) augment.add(0, new Augment.PadCrop(Math.max(1, preprocess.cropWidth() / 8)));
        var recipe = Recipe.classify(file.model())
                .withLearn(itself ? Records.with((Distill) learn, "teacher", dense.toString()) : learn)
                .withArchitecture(file.architecture())
                .withWeights(start)
                .withData(data.name())
                .withValidation(0)
                .withPreprocess(preprocess)
                .withAugment(augment.toArray(Augment[]::new))
                .withEpochs(epochs)
                .withBatch(batch)
                .withDropLast(true)
                .withOptimizer(new Optim.Sgd(0.02, 0.9, true, 5e-4, false))
                .withSchedule(new Schedule.OneCycle(0.1))
                .withSeed(pruning.seed());
        for (var change : changes) recipe = Records.overlay(recipe, Records.set(Records.parse("{}"), change));
        return recipe;
    }

    private <T extends Target<T>> Pruned.Side side(
            ModelFile.Opened model, Subject<T> subject, Optional<Dataset<T>> measured, Stages stages) {
        model.net().train(false);
        try (var scope = new NativeScope()) {
            var graph = subject.graph(model);
            var costs = Costs.of(graph);
            return Pruned.Side.of(
                    measured.map(pictures -> score(model, subject, pictures, stages)),
                    costs.macs(),
                    costs.parameters(),
                    pruning.budget().millis(graph));
        }
    }

    private static <T extends Target<T>> Subject.Score score(
            ModelFile.Opened model, Subject<T> subject, Dataset<T> pictures, Stages stages) {
        try (var progress = stages.begin("eval", pictures.size(), "images")) {
            return subject.score(model, pictures, progress::add);
        }
    }

    private void save(ModelFile.Opened pruned, Pruned.Side after, Path out) throws IOException {
        var file = pruned.file();
        var metrics = new LinkedHashMap<>(file.metrics());
        after.top1().ifPresent(top1 -> metrics.put("top1", top1));
        after.miou().ifPresent(miou -> metrics.put("miou", miou));
        after.boxMap().ifPresent(map -> metrics.put("boxMap", map));
        var provenance = new LinkedHashMap<>(file.provenance());
        var budget = pruning.budget();
        provenance.put(
                "pruned",
                budget.cost().name().toLowerCase(Locale.ROOT) + " to " + budget.most() + " by "
                        + pruning.importance().name().toLowerCase(Locale.ROOT));
        new ModelFile(
                        file.model(),
                        file.architecture(),
                        file.preprocess(),
                        file.classNames(),
                        metrics,
                        file.recipe(),
                        provenance)
                .save(out, pruned.net());
    }

    /** Channels of each group of the network as it was, before and after. */
    private static List<Pruned.Cut> cuts(ModelFile.Opened whole, ModelFile.Opened pruned, Subject<?> subject) {
        try (var scope = new NativeScope()) {
            var left = Groups.of(subject.graph(pruned)).widths();
            var cuts = new ArrayList<Pruned.Cut>();
            Groups.of(subject.graph(whole))
                    .widths()
                    .forEach((name, width) -> cuts.add(new Pruned.Cut(name, width, left.getOrDefault(name, 0))));
            return cuts;
        }
    }
}
