package resnet4j.train;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.IntConsumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import resnet4j.data.Dataset;
import resnet4j.data.Label;
import resnet4j.data.Loader;
import resnet4j.data.Skipped;
import resnet4j.eval.Inputs;
import resnet4j.image.Preprocess;
import resnet4j.model.ClassificationNet;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * What a network's body makes of each picture that can be read.
 *
 * @param values  row by row
 * @param labels  a class for each row
 * @param classes how many there are
 * @param skipped pictures that could not be read
 */
public record Features(float[] values, int[] labels, int classes, List<Skipped> skipped) {

    public static Features of(
            ClassificationNet net,
            Dataset<Label> pictures,
            Preprocess preprocess,
            Machine machine,
            IntConsumer progress)
            throws IOException {
        return of(net, UnaryOperator.identity(), pictures, preprocess, machine, progress);
    }

    /** The same, with the mean of each map where a network's features are maps. */
    public static Features pooled(
            ClassificationNet net,
            Dataset<Label> pictures,
            Preprocess preprocess,
            Machine machine,
            IntConsumer progress)
            throws IOException {
        UnaryOperator<Tensor> pool = x -> x.dim() == 4 ? Ops.globalAvgPool(x) : x;
        return of(net, pool, pictures, preprocess, machine, progress);
    }

    private static Features of(
            ClassificationNet net,
            UnaryOperator<Tensor> then,
            Dataset<Label> pictures,
            Preprocess preprocess,
            Machine machine,
            IntConsumer progress)
            throws IOException {
        net.train(false);
        var loader = Loader.inOrder(pictures, 64).withPreprocess(preprocess).withThreads(machine.loaderThreads(), 4);
        List<Skipped> skipped;
        var values = new float[0];
        var readable = IntStream.builder();
        int used = 0;
        try (var batches = loader.epoch(0);
                var noGrad = Ops.noGrad()) {
            for (var batch : batches) {
                try (var scope = new NativeScope()) {
                    var rows = then.apply(net.features(Inputs.images(batch, preprocess, machine.device())));
                    var got = rows.toFloats();
                    if (used + got.length > values.length)
                        values = Arrays.copyOf(
                                values,
                                Math.max(
                                        used + got.length,
                                        Math.toIntExact(got.length / batch.size() * (long) pictures.size())));
                    System.arraycopy(got, 0, values, used, got.length);
                    used += got.length;
                }
                for (int index : batch.indices()) readable.add(index);
                progress.accept(batch.size());
            }
            skipped = batches.skipped();
        }
        var places = readable.build().toArray();
        var labels = new int[places.length];
        for (int i = 0; i < places.length; i++)
            labels[i] = pictures.target(places[i]).index();
        return new Features(
                Arrays.copyOf(values, used), labels, pictures.classes().size(), skipped);
    }

    /** All rows, or about {@code most} drawn from {@code seed} where there are more. */
    public Features atMost(int most, long seed) {
        return labels.length > most ? share((double) most / labels.length, seed) : this;
    }

    /** About this share of the rows of each class, drawn from {@code seed}, and at least one of each. */
    public Features share(double share, long seed) {
        if (!(share > 0 && share <= 1))
            throw new IllegalArgumentException("share: expected more than 0 and at most 1, got " + share);
        var order = IntStream.range(0, labels.length).boxed().collect(Collectors.toCollection(ArrayList::new));
        Collections.shuffle(order, new Random(seed));
        var all = new int[classes];
        for (int label : labels) all[label]++;
        var taken = new int[classes];
        var places = order.stream()
                .filter(i -> taken[labels[i]]++ < Math.max(1, Math.round(share * all[labels[i]])))
                .mapToInt(i -> i)
                .sorted()
                .toArray();
        return subset(places);
    }

    /** The share of {@code asked} whose class logistic regression on these rows tells: a linear probe. */
    public double tell(Features asked, long seed) {
        var solved = LogisticRegression.fit(rows(), seed);
        var others = asked.rows();
        double right = 0;
        for (int i = 0; i < others.size(); i++) {
            var logits = solved.logits(others, i);
            if (logits[asked.labels[i]] >= Arrays.stream(logits).max().orElseThrow()) right++;
        }
        return right / others.size();
    }

    /** The probabilities of the classes of other rows, by logistic regression on these. */
    public double[][] probabilities(Features asked, long seed) {
        var solved = LogisticRegression.fit(rows(), seed);
        var others = asked.rows();
        return IntStream.range(0, others.size())
                .mapToObj(i -> softmax(solved.logits(others, i)))
                .toArray(double[][]::new);
    }

    /** The same of these rows, each by those of other folds: stratified by class, drawn from {@code seed}. */
    public double[][] crossValidated(int folds, long seed) {
        if (folds < 2 || folds > labels.length)
            throw new IllegalArgumentException(
                    "folds: expected 2 to " + labels.length + ", as many as there are pictures, got " + folds);
        var order = IntStream.range(0, labels.length).boxed().collect(Collectors.toCollection(ArrayList::new));
        Collections.shuffle(order, new Random(seed));
        order.sort(Comparator.comparingInt(i -> labels[i]));
        var found = new double[labels.length][];
        for (int f = 0; f < folds; f++) {
            int fold = f;
            var held = IntStream.range(0, order.size())
                    .filter(i -> i % folds == fold)
                    .map(order::get)
                    .toArray();
            var rest = IntStream.range(0, order.size())
                    .filter(i -> i % folds != fold)
                    .map(order::get)
                    .toArray();
            var p = subset(rest).probabilities(subset(held), seed);
            for (int i = 0; i < held.length; i++) found[held[i]] = p[i];
        }
        return found;
    }

    private static double[] softmax(double[] logits) {
        double norm = LogisticRegression.logSumExp(logits);
        return Arrays.stream(logits).map(logit -> Math.exp(logit - norm)).toArray();
    }

    private Features subset(int[] places) {
        var some = rows().subset(places);
        return new Features(some.values(), some.labels(), classes, skipped);
    }

    private LogisticRegression.Rows rows() {
        if (labels.length == 0)
            throw new IllegalArgumentException("data: expected pictures that can be read, found none");
        return new LogisticRegression.Rows(values, values.length / labels.length, labels, classes, null);
    }
}
