package resnet4j.inspect;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import resnet4j.config.Checks;
import resnet4j.data.DataSource;
import resnet4j.data.Dataset;
import resnet4j.data.Label;
import resnet4j.data.Reading;
import resnet4j.eval.Interval;
import resnet4j.eval.Neighbours;
import resnet4j.eval.Outputs;
import resnet4j.graph.Inference;
import resnet4j.model.ModelFile;
import resnet4j.run.Stages;
import resnet4j.tensor.Device;
import resnet4j.tensor.Precision;
import resnet4j.train.Features;

/**
 * Looks at pictures for what is wrong with themselves.
 *
 * @param data     as {@code kind:path}
 * @param limit    use only so many pictures of each split
 * @param bits     in how many of the 64 bits of their perceptual hashes near-duplicates may differ
 * @param likeness how alike their edges have to be, up to 1
 * @param most     how many pairs, labels and odd pictures are listed at most
 * @param folds    into how many parts pictures are cut, the labels of each of which are judged by the others
 * @param batch    pictures at a time
 * @param seed     of the folds
 */
public record Inspection(
        String data,
        Optional<Integer> limit,
        int bits,
        double likeness,
        int most,
        int folds,
        int batch,
        long seed,
        Device device,
        Precision precision) {
    private static final int NEIGHBOURS = 5;

    public Inspection {
        limit.ifPresent(n -> Checks.positive("limit", n));
        Checks.between("bits", 0, 32, bits);
        Checks.insideUnit("likeness", likeness);
        Checks.positive("most", most);
        Checks.between("folds", 2, 100, folds);
    }

    /** The usual thresholds. */
    public Inspection(String data) {
        this(data, Optional.empty(), 12, 0.8, 100, 5, 64, 0, Device.CPU, Precision.FP32);
    }

    /** The pictures that are looked at, by split. */
    public Map<String, Dataset<Label>> pictures() throws IOException {
        var source = DataSource.parse(data);
        var splits = new LinkedHashMap<String, Dataset<Label>>();
        splits.put("train", source.train());
        source.val().ifPresent(val -> splits.put("val", val));
        source.test().ifPresent(test -> splits.put("test", test));
        limit.ifPresent(n -> splits.replaceAll((name, pictures) -> pictures.limit(n)));
        return splits;
    }

    /**
     * What a network decides by on the pictures that are looked at: it says which are alike and which labels are not to be
     * believed.
     *
     * @param name     of the network
     * @param features of the pictures of each split that can be read
     */
    public record Asked(String name, Map<String, Outputs<Label>> features) {
        /** And of another split. */
        public Asked with(String split, Outputs<Label> features) {
            var all = new LinkedHashMap<>(this.features);
            all.put(split, features);
            return new Asked(name, all);
        }
    }

    /**
     * Asks a network about the pictures of each split.
     *
     * @param opened taken over and closed
     * @param name   of the network
     */
    public Asked ask(
            Map<String, Dataset<Label>> pictures,
            ModelFile.Opened opened,
            String name,
            Reading reading,
            Stages stages) {
        var p = opened.wholePictures().file().preprocess();
        var features = new LinkedHashMap<String, Outputs<Label>>();
        try (var network = Inference.of(opened.net(), device, precision, p.cropHeight(), p.cropWidth())) {
            for (var split : pictures.entrySet())
                try (var watcher = stages.begin("features", split.getValue().size(), "images")) {
                    var loader = reading.loader(split.getValue(), p, batch);
                    features.put(split.getKey(), Outputs.of(network::features, loader, p, device, watcher::add));
                } catch (UncheckedIOException nothingReadable) {
                    features.put(split.getKey(), new Outputs<>(List.of(), List.of(), new int[0], List.of()));
                }
        }
        return new Asked(name, features);
    }

    /**
     * Looks.
     *
     * @param pictures of each split, as {@link #pictures} gives them; the first split is the one that is learned from
     * @param asked    a network that was asked about them
     */
    public Inspected run(Map<String, Dataset<Label>> pictures, Optional<Asked> asked, Stages stages) {
        Looked looked;
        int all = pictures.values().stream().mapToInt(Dataset::size).sum();
        try (var watcher = stages.begin("look", all, "images")) {
            looked = Looked.at(pictures, watcher);
        }
        if (looked.unreadable().size() == looked.size())
            throw new IllegalArgumentException("data: expected pictures that can be read, found none in " + data);
        Optional<Rows> features = asked.map(network -> rows(looked, network));
        var pairs = pairs(looked, features);
        return inspected(looked, asked.map(Asked::name), pairs, features);
    }

    /** Features of the pictures that can be read. @param numbers of the pictures, in the order of the rows */
    private record Rows(int[] numbers, float[] values, int width) {}

    private static Rows rows(Looked looked, Asked asked) {
        var numbers = IntStream.builder();
        var rows = new ArrayList<float[]>();
        for (int s = 0; s < looked.names().size(); s++) {
            var features = asked.features.get(looked.names().get(s));
            for (int i = 0; i < features.indices().length; i++) {
                int number = looked.starts()[s] + features.indices()[i];
                if (looked.prints().get(number) == null) continue;
                rows.add(features.logits().get(i));
                numbers.add(number);
            }
        }
        int width = rows.get(0).length;
        var values = new float[Math.multiplyExact(rows.size(), width)];
        for (int i = 0; i < rows.size(); i++) System.arraycopy(rows.get(i), 0, values, i * width, width);
        return new Rows(numbers.build().toArray(), values, width);
    }

    private List<Found> pairs(Looked looked, Optional<Rows> features) {
        var prints = looked.prints();
        var found = new LinkedHashMap<List<Integer>, Found>();
        for (var pair : Duplicates.byHash(prints, bits, likeness))
            found.put(List.of(pair.first(), pair.second()), new Found(pair, Optional.empty(), "hash"));
        features.ifPresent(f -> {
            var near = new Neighbours(f.values, f.width).others(NEIGHBOURS);
            for (int i = 0; i < near.size(); i++)
                for (var neighbour : near.get(i)) {
                    int one = f.numbers[i], other = f.numbers[neighbour.place()];
                    int first = Math.min(one, other), second = Math.max(one, other);
                    var key = List.of(first, second);
                    var cosine = Optional.of(neighbour.cosine());
                    var known = found.get(key);
                    if (known != null)
                        found.put(key, new Found(known.pair, cosine, known.by.equals("hash") ? "both" : known.by));
                    else
                        Duplicates.pair(prints, first, second, likeness)
                                .ifPresent(pair -> found.put(key, new Found(pair, cosine, "features")));
                }
        });
        return found.values().stream()
                .sorted((a, b) -> Duplicates.ORDER.compare(a.pair, b.pair))
                .toList();
    }

    private record Found(Duplicates.Pair pair, Optional<Double> cosine, String by) {}

    private Inspected inspected(Looked looked, Optional<String> model, List<Found> pairs, Optional<Rows> features) {
        var splits = IntStream.range(0, looked.names().size())
                .mapToObj(looked::summary)
                .toList();
        var twins = twins(looked, pairs);
        var labels = features.filter(f -> training(looked, f) >= folds).map(f -> labels(looked, f));
        var groups = looked.groups();
        var notes = new ArrayList<>(Notes.of(splits, twins, groups));
        if (features.isPresent() && labels.isEmpty())
            notes.add("Labels were not judged: that takes as many training pictures as parts that judge each other's, "
                    + folds);
        var odd = looked.odd();
        return new Inspected(
                data,
                model,
                splits,
                twins,
                labels,
                odd.subList(0, Math.min(most, odd.size())),
                groups.subList(0, Math.min(most, groups.size())),
                looked.unreadable(),
                notes);
    }

    private Inspected.Twins twins(Looked looked, List<Found> pairs) {
        int same = 0, disputed = 0, n = looked.names().size();
        var having = new BitSet[n][n]; // pictures of a split that have a twin in another or the same
        for (var row : having) for (int s = 0; s < n; s++) row[s] = new BitSet();
        var between = new ArrayList<Inspected.Twin>();
        var within = new ArrayList<Inspected.Twin>();
        for (var found : pairs) {
            var pair = found.pair;
            int a = looked.split(pair.first()), b = looked.split(pair.second());
            having[a][b].set(pair.first());
            having[b][a].set(pair.second());
            if (looked.prints().get(pair.first()).digest()
                    == looked.prints().get(pair.second()).digest()) same++;
            if (looked.label(pair.first()) != looked.label(pair.second())) disputed++;
            var list = a == b ? within : between;
            if (list.size() < most)
                list.add(new Inspected.Twin(
                        looked.place(pair.first()),
                        looked.place(pair.second()),
                        pair.distance(),
                        pair.likeness(),
                        pair.mirrored(),
                        found.cosine,
                        found.by));
        }
        var shares = new ArrayList<Inspected.Share>();
        for (int a = 0; a < n; a++)
            for (int b = 0; b < n; b++) {
                int twins = having[a][b].cardinality(),
                        size = looked.pictures(a).size();
                var of = a == b
                        ? "within " + looked.names().get(a)
                        : looked.names().get(a) + " in " + looked.names().get(b);
                if (a >= b) // of the later split, which is measured on
                shares.add(new Inspected.Share(of, twins, (double) twins / size, Interval.ofShare(twins, size)));
            }
        between.addAll(within);
        return new Inspected.Twins(
                same, pairs.size(), shares, disputed, between.subList(0, Math.min(most, between.size())));
    }

    /** Of the training pictures by cross-validation, of the others by what the training pictures teach. */
    private Inspected.Labels labels(Looked looked, Rows f) {
        int n = f.numbers.length, k = looked.classes().size();
        var labels = IntStream.of(f.numbers).map(looked::label).toArray();
        int training = training(looked, f); // the first rows
        var p = new double[n][];
        var learned = part(f, labels, k, 0, training);
        System.arraycopy(learned.crossValidated(folds, seed), 0, p, 0, training);
        if (training < n)
            System.arraycopy(
                    learned.probabilities(part(f, labels, k, training, n), seed), 0, p, training, n - training);
        var found = ConfidentLearning.of(p, labels, k);
        var issues = new BitSet();
        found.issues().forEach(issues::set);
        int right = 0;
        for (int i = 0; i < n; i++) if (best(p[i]) == labels[i]) right++;
        var list = found.order().stream()
                .limit(most)
                .map(i -> new Inspected.Doubted(
                        looked.place(f.numbers[i]),
                        p[i][labels[i]],
                        looked.classes().get(best(p[i])),
                        p[i][best(p[i])],
                        issues.get(i)))
                .toList();
        return new Inspected.Labels(n, found.issues().size(), (double) right / n, list);
    }

    /** How many rows are of the split that is learned from. */
    private static int training(Looked looked, Rows f) {
        return (int) IntStream.of(f.numbers).filter(i -> looked.split(i) == 0).count();
    }

    private static int best(double[] p) {
        int best = 0;
        for (int c = 1; c < p.length; c++) if (p[c] > p[best]) best = c;
        return best;
    }

    private static Features part(Rows f, int[] labels, int classes, int from, int to) {
        return new Features(
                Arrays.copyOfRange(f.values, from * f.width, to * f.width),
                Arrays.copyOfRange(labels, from, to),
                classes,
                List.of());
    }
}
