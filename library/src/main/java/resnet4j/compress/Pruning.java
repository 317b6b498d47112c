package resnet4j.compress;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntConsumer;
import resnet4j.config.Checks;
import resnet4j.data.Dataset;
import resnet4j.graph.Graph;
import resnet4j.graph.GraphNet;
import resnet4j.graph.Tracer;
import resnet4j.image.Target;
import resnet4j.model.ClassificationNet;
import resnet4j.model.ModelFile;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Tensor;

/**
 * Which channels of a network are cut.
 *
 * @param importance what a channel matters by
 * @param perLayer   whether every group loses the same share of its channels; or else those go that matter least in the
 *                   whole network
 * @param budget     as little as possible is cut to meet it
 * @param least      share of its channels that every group keeps
 * @param multiple   groups keep a multiple of so many channels, or all: kernels like some numbers
 * @param seed       of what is random
 */
public record Pruning(Importance importance, boolean perLayer, Budget budget, double least, int multiple, long seed) {
    public Pruning {
        Checks.chance("least", least);
        Checks.atLeast("multiple", 1, multiple);
    }

    /**
     * A network with fewer channels, which the caller closes.
     *
     * @param net      stays the caller's
     * @param input    the shape of a picture as it is given, [1,3,H,W]
     * @param pictures that are known, for an {@link Importance#looksAtPictures importance that looks at them}
     * @throws IllegalArgumentException where the budget cannot be met, or nothing can be cut
     */
    public GraphNet run(ClassificationNet net, Optional<Pictures<?>> pictures, long... input) {
        try (var scope = new NativeScope()) {
            return GraphNet.of(run(Tracer.trace(net, input), pictures).graph());
        }
    }

    /** What is cut of a network's graph. */
    public Cut run(Graph graph, Optional<Pictures<?>> pictures) {
        if (importance.looksAtPictures() && pictures.isEmpty())
            throw new IllegalArgumentException("importance: "
                    + importance.name().toLowerCase(Locale.ROOT) + " looks at pictures; give some, or take l1");
        var groups = Groups.of(graph);
        var scores = importance.of(groups, ready -> pictures.orElseThrow().gradients(ready), seed);
        return new Cut(groups, choose(groups, scores));
    }

    /**
     * What an importance looks at.
     *
     * @param model   the network that is pruned
     * @param subject what it is wrong in
     * @param watcher told how many were looked at
     */
    public record Pictures<T extends Target<T>>(
            Dataset<T> data, Subject<T> subject, ModelFile.Opened model, IntConsumer watcher) {
        private void gradients(Runnable ready) {
            var net = model.net();
            net.train(false);
            var weights = net.state().values(); // frozen ones have gradients here too
            try (var batches = subject.shown(data, model.file()).epoch(0)) {
                for (var batch : batches)
                    try (var scope = new NativeScope()) {
                        subject.loss(model, batch).backward();
                        ready.run();
                        watcher.accept(batch.size());
                    } finally {
                        weights.forEach(Tensor::dropGrad);
                    }
            }
        }
    }

    public Pruning withBudget(Budget budget) {
        return new Pruning(importance, perLayer, budget, least, multiple, seed);
    }

    BitSet choose(Groups groups, double[] scores) {
        var order = order(groups, scores);
        double most = cost(groups, new BitSet()) * budget.most();
        int low = 0, high = order.size(); // as little as is known to be too little, and enough
        double smallest = cost(groups, cut(groups, order, high));
        if (smallest > most)
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "%s: expected a share that cutting channels can reach, which is %.3f where each layer keeps %s of"
                            + " its own and at least %d%s, got %s",
                    budget.cost().name().toLowerCase(Locale.ROOT),
                    smallest / most * budget.most(),
                    least,
                    multiple,
                    order.size() == groups.units().size() ? "" : ", and those without a batch norm keep all",
                    budget.most()));
        while (high - low > 1) {
            int middle = (low + high) / 2;
            if (cost(groups, cut(groups, order, middle)) > most) low = middle;
            else high = middle;
        }
        return cut(groups, order, high);
    }

    private double cost(Groups groups, BitSet gone) {
        try (var scope = new NativeScope()) {
            return budget.of(budget.measures() ? groups.without(gone) : groups.outlineWithout(gone));
        }
    }

    /** Units, those that go first at the beginning. */
    private List<Groups.Unit> order(Groups groups, double[] scores) {
        var rank = new double[scores.length];
        for (var group : groups.groups()) {
            var own = new ArrayList<>(group.units());
            own.sort(Comparator.comparingDouble(unit -> -scores[unit.index()]));
            double saved = importance.isLoss() ? saved(groups, group) : 1;
            for (int from = 0; from < own.size(); from += multiple) { // what goes together matters together
                var together = own.subList(from, Math.min(own.size(), from + multiple));
                double mean = together.stream()
                        .mapToDouble(unit -> scores[unit.index()])
                        .average()
                        .orElseThrow();
                double share = 1 - (double) from / own.size();
                for (var unit : together) rank[unit.index()] = perLayer ? share : mean / saved;
            }
        }
        var order = new ArrayList<>(groups.units());
        order.removeIf(unit -> Double.isInfinite(scores[unit.index()]));
        order.sort(Comparator.comparingDouble((Groups.Unit unit) -> rank[unit.index()])
                .thenComparingDouble(unit -> scores[unit.index()]));
        return order;
    }

    /** What a channel of a group costs, in multiply-adds where time is asked for: that of one channel cannot be measured. */
    private double saved(Groups groups, Groups.Group group) {
        var one = new BitSet();
        one.set(group.units().get(0).index());
        var counted = budget.measures() ? new Budget(Budget.Cost.MACS, budget.most()) : budget;
        return Math.max(1, counted.of(groups.graph()) - counted.of(groups.outlineWithout(one)));
    }

    /** The first {@code count} units, but for those that their group has to keep. */
    private BitSet cut(Groups groups, List<Groups.Unit> order, int count) {
        var gone = new BitSet();
        var wanted = new int[groups.groups().size()];
        for (var unit : order.subList(0, count)) wanted[unit.group()]++;
        for (int g = 0; g < wanted.length; g++) {
            int all = groups.groups().get(g).units().size();
            int keeps = Math.max(Math.max(1, (int) Math.ceil(least * all)), all - wanted[g]);
            keeps = Math.min(all, (keeps + multiple - 1) / multiple * multiple);
            wanted[g] = all - keeps;
        }
        for (var unit : order) if (wanted[unit.group()]-- > 0) gone.set(unit.index());
        return gone;
    }
}
