package resnet4j.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import resnet4j.config.Checks;
import resnet4j.config.Records;
import resnet4j.data.Augment;
import resnet4j.data.DataSource;
import resnet4j.data.Mix;
import resnet4j.data.Order;
import resnet4j.eval.Views;
import resnet4j.image.Preprocess;
import resnet4j.image.Target;
import resnet4j.model.Architecture;
import resnet4j.model.ModelFile;
import resnet4j.model.Models;
import resnet4j.run.RunFolder;
import resnet4j.tensor.Device;
import resnet4j.tensor.Precision;

/**
 * All that decides a run. A recipe file holds the fields that differ from these defaults; the run folder holds all.
 *
 * @param learn          what is learned: {@code classify}, or {@code probe} the head alone
 * @param model          the registry's name of the network
 * @param architecture   what differs from the registry's architecture, such as {@code {"shortcut":"c"}}; or a whole one, with
 *                       its {@code type}, such as a pruned network's
 * @param weights        a weight file or model to start from; random where absent
 * @param data           where the pictures are, {@code kind:path}
 * @param limit          use only so many pictures of each split; 0 for all
 * @param validation     share of the training pictures held out to choose the best epoch by; 0 keeps the last epoch
 * @param preprocess     from picture to input
 * @param augment        what training pictures go through after that
 * @param mix            how training pictures are mixed with each other
 * @param order          {@code shuffled}; {@code byAspect}, the same with pictures about as wide for their height in a
 *                       batch; or {@code balanced}, drawn so that all classes are as likely
 * @param epochs         times that all training pictures are seen
 * @param batch          pictures in a step
 * @param dropLast       whether an epoch leaves out a last batch with fewer pictures, as long as another is left
 * @param accumulate     batches whose gradients are averaged for one update
 * @param biasScale      how many times as fast biases learn, those of norms included. Page 2019, "How to train your ResNet"
 * @param strategy       which weights move: all, but for fine-tuning
 * @param solveHead      begin with a head that is solved for: the logistic regression on what the weights' body makes
 *                       of the training pictures
 * @param progressive    how long training pictures are drawn smaller
 * @param labelSmoothing share of the target spread over all classes. arXiv:1512.00567 section 7
 * @param clipNorm       longest joint gradient; 0 for any
 * @param average        an average of the weights over steps, which is then the model; {@code none}, {@code ema} or
 *                       {@code lookahead}
 * @param patience       epochs without a better validation accuracy after which the run ends; 0 for none
 * @param views          of each picture, whose logits are averaged where accuracy is measured
 * @param classBalance   weigh the loss so that every class counts the same
 * @param freezeNorms    use the starting weights' batch statistics and leave them
 * @param rounding       whether it learns to be right in eight bits, {@code learnt} or {@code moving}; {@code none} for floats
 * @param sparsity       which weights are held at zero, {@code smallest} or {@code ofNeighbours}; {@code none} for none
 * @param checkpointing  the same step in less memory and more time, see {@link resnet4j.nn.Checkpointing}
 * @param precision      fp32, bf16, or auto for the faster; fp32 on a processor that does not multiply bf16
 * @param seed           of all random choices
 */
public record Recipe(
        Objective learn,
        String model,
        Optional<JsonNode> architecture,
        Optional<String> weights,
        String data,
        int limit,
        double validation,
        Preprocess preprocess,
        List<Augment> augment,
        Mix mix,
        Order order,
        int epochs,
        int batch,
        boolean dropLast,
        int accumulate,
        Optim optimizer,
        Schedule schedule,
        double biasScale,
        Strategy strategy,
        boolean solveHead,
        Progressive progressive,
        double labelSmoothing,
        double clipNorm,
        Averaging average,
        int patience,
        Views views,
        boolean classBalance,
        boolean freezeNorms,
        Rounding rounding,
        Sparsity sparsity,
        boolean checkpointing,
        String precision,
        long seed) {

    static {
        Objective.register(Objective.Classify.class);
        Objective.register(Objective.Probe.class);
        for (var addition : ServiceLoader.load(Objective.Addition.class, Recipe.class.getClassLoader()))
            addition.register();
    }

    /** ResNet-20 on shapes. */
    public Recipe() {
        this(
                new Objective.Classify(),
                "resnet20",
                Optional.empty(),
                Optional.empty(),
                "shapes",
                0,
                0.1,
                Preprocess.cifar10(),
                List.of(),
                new Mix.None(),
                Order.SHUFFLED,
                10,
                128,
                false,
                1,
                new Optim.Sgd(),
                new Schedule.Cosine(),
                1,
                new Strategy.All(),
                false,
                new Progressive(),
                0,
                0,
                new Averaging.None(),
                0,
                Views.ONE,
                false,
                false,
                new Rounding.None(),
                new Sparsity.None(),
                false,
                "auto",
                0);
    }

    public Recipe {
        augment = List.copyOf(augment);
        Checks.atLeast("epochs", 1, epochs);
        Checks.atLeast("batch", 1, batch);
        Checks.atLeast("accumulate", 1, accumulate);
        Checks.atLeast("limit", 0, limit);
        Checks.atLeast("patience", 0, patience);
        Checks.chance("validation", validation);
        Checks.chance("labelSmoothing", labelSmoothing);
        Checks.aboveZero("biasScale", biasScale);
        if (sparsity.cuts() && (average.kept() || rounding.rounds()))
            throw new IllegalArgumentException(
                    "sparsity: expected neither average nor rounding beside it, whose weights are"
                            + " not zero where the trained ones are; leave them out");
        if (!(clipNorm >= 0)) throw new IllegalArgumentException("clipNorm: expected >= 0, got " + clipNorm);
    }

    /** JSON with names of before put in those of today: {@code Records} asks for it. */
    static ObjectNode today(ObjectNode json) {
        return FormerRecipe.today(json);
    }

    /** The recipe of a run. */
    public static Recipe of(RunFolder run) throws IOException {
        return Records.read(run.recipe(), Recipe.class);
    }

    /** The pictures that a run of this recipe sees: as many as it says, with its validation split. */
    public <T extends Target<T>> DataSource<T> of(DataSource<T> all) {
        var data = limit > 0 ? all.limit(limit) : all;
        return validation > 0 ? data.withValidation(validation, seed) : data;
    }

    /** The network's architecture for that many classes. */
    public Architecture architectureFor(int classes) {
        var named = Models.get(model).architecture();
        if (architecture.isEmpty()) return named.withClasses(classes);
        var changes = architecture.get();
        var changed = changes.has("type") ? Models.readArchitecture(changes) : Records.overlay(named, changes);
        return changed.withClasses(classes);
    }

    /** What a model of this recipe's says of itself. */
    public ModelFile modelFile(List<String> classes, Map<String, Double> metrics, Map<String, String> provenance) {
        var architecture = architectureFor(classes.size());
        return new ModelFile(model, architecture, preprocess, classes, metrics, Records.line(this), provenance);
    }

    /** A recipe that teaches a network of the registry the classes of pictures: the defaults, to be changed. */
    public static Recipe classify(String model) {
        return new Recipe().withModel(model);
    }

    public Recipe withLearn(Objective learn) {
        return with("learn", learn);
    }

    public Recipe withModel(String model) {
        return with("model", model);
    }

    /** With another architecture than the registry's of {@code model}: what it is made of, but for its classes. */
    public Recipe withArchitecture(Architecture architecture) {
        if (architecture.getClass() != Models.get(model).architecture().getClass())
            return with("architecture", Optional.of(Models.write(architecture)));
        var fields = Records.tree(architecture).<ObjectNode>deepCopy();
        fields.remove("classes");
        return with("architecture", Optional.of(fields));
    }

    /** Starting from these weights. */
    public Recipe withWeights(Path weights) {
        return with("weights", Optional.of(weights.toString()));
    }

    public Recipe withData(String data) {
        return with("data", data);
    }

    public Recipe withLimit(int limit) {
        return with("limit", limit);
    }

    public Recipe withValidation(double validation) {
        return with("validation", validation);
    }

    public Recipe withPreprocess(Preprocess preprocess) {
        return with("preprocess", preprocess);
    }

    public Recipe withAugment(Augment... augment) {
        return with("augment", List.of(augment));
    }

    public Recipe withMix(Mix mix) {
        return with("mix", mix);
    }

    public Recipe withOrder(Order order) {
        return with("order", order);
    }

    public Recipe withEpochs(int epochs) {
        return with("epochs", epochs);
    }

    public Recipe withBatch(int batch) {
        return with("batch", batch);
    }

    public Recipe withDropLast(boolean dropLast) {
        return with("dropLast", dropLast);
    }

    public Recipe withAccumulate(int accumulate) {
        return with("accumulate", accumulate);
    }

    /** The same optimiser at another learning rate. */
    public Recipe withLr(double lr) {
        return withOptimizer((Optim) Records.with((Record) optimizer, "lr", lr));
    }

    public Recipe withOptimizer(Optim optimizer) {
        return with("optimizer", optimizer);
    }

    public Recipe withSchedule(Schedule schedule) {
        return with("schedule", schedule);
    }

    public Recipe withBiasScale(double biasScale) {
        return with("biasScale", biasScale);
    }

    public Recipe withStrategy(Strategy strategy) {
        return with("strategy", strategy);
    }

    public Recipe withSolveHead(boolean solveHead) {
        return with("solveHead", solveHead);
    }

    public Recipe withProgressive(Progressive progressive) {
        return with("progressive", progressive);
    }

    public Recipe withLabelSmoothing(double labelSmoothing) {
        return with("labelSmoothing", labelSmoothing);
    }

    public Recipe withClipNorm(double clipNorm) {
        return with("clipNorm", clipNorm);
    }

    public Recipe withAverage(Averaging average) {
        return with("average", average);
    }

    public Recipe withPatience(int patience) {
        return with("patience", patience);
    }

    public Recipe withViews(Views views) {
        return with("views", views);
    }

    public Recipe withClassBalance(boolean classBalance) {
        return with("classBalance", classBalance);
    }

    public Recipe withFreezeNorms(boolean freezeNorms) {
        return with("freezeNorms", freezeNorms);
    }

    public Recipe withSparsity(Sparsity sparsity) {
        return with("sparsity", sparsity);
    }

    public Recipe withRounding(Rounding rounding) {
        return with("rounding", rounding);
    }

    public Recipe withCheckpointing(boolean checkpointing) {
        return with("checkpointing", checkpointing);
    }

    public Recipe withPrecision(String precision) {
        return with("precision", precision);
    }

    /** What it computes in on that device. */
    public Precision precisionOn(Device device) {
        return Precision.parse(precision).on(device);
    }

    public Recipe withSeed(long seed) {
        return with("seed", seed);
    }

    private Recipe with(String field, Object value) {
        return Records.with(this, field, value);
    }
}
