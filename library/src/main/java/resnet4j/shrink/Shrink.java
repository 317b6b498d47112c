package resnet4j.shrink;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import resnet4j.compress.Budget;
import resnet4j.compress.Importance;
import resnet4j.compress.Pruning;
import resnet4j.compress.Quantization;
import resnet4j.compress.Subject;
import resnet4j.config.Checks;
import resnet4j.config.Records;
import resnet4j.data.DataSource;
import resnet4j.data.Label;
import resnet4j.data.Loader;
import resnet4j.model.ModelFile;
import resnet4j.run.Stages;

/**
 * Tries how small a trained network can be: pruned to several sizes, each taught by the network it comes from, in floats
 * and in eight bits. Files of all stay in the folder.
 *
 * @param seconds after which nothing more is begun
 * @param shares  of the multiply-adds that are left, in the order in which they are tried
 * @param epochs  that each pruned network is taught
 * @param changes of the recipe that they are taught by
 */
public record Shrink(double seconds, List<Double> shares, int epochs, long seed, List<String> changes) {
    private static final double HELD_OUT = 0.1;
    private static final int PICTURES = 1024, CALIBRATION = 500, BATCH = 64;

    public Shrink {
        shares = List.copyOf(shares);
        changes = List.copyOf(changes);
        Checks.aboveZero("budget", seconds);
        Checks.atLeast("epochs", 1, epochs);
        for (double share : shares) new Budget(Budget.Cost.MACS, share);
    }

    /**
     * Tries, measures, and leaves a page in the folder.
     *
     * @param opened stays the caller's
     * @param name   what the network is called in the result
     * @param data   with the network's classes. What is best is measured on its validation pictures, or on a tenth of the
     *               training pictures, which are held out; test pictures are not looked at
     * @param folder is made where it is not there; what is there already is not done again
     */
    public Shrunk run(
            ModelFile.Opened opened,
            String name,
            DataSource<Label> data,
            Path folder,
            Prune.Teacher teacher,
            Stages stages)
            throws IOException {
        long begun = System.nanoTime();
        var source = data.withValidation(HELD_OUT, seed).withoutTest();
        Files.createDirectories(folder);
        var dense = folder.resolve("dense.safetensors");
        Prune.keep(opened, dense);
        var found = new ArrayList<Shrunk.Candidate>();
        var left = new ArrayList<Double>();
        double longest = 0;
        both("dense", dense, source, folder, found, stages);
        for (double share : shares) {
            double now = since(begun);
            if (now + longest > seconds) {
                left.add(share);
                continue;
            }
            var called = String.format(Locale.ROOT, "macs-%s", share);
            var file = folder.resolve(called + ".safetensors");
            if (!Files.exists(file))
                prune(share)
                        .run(
                                opened,
                                called,
                                Optional.of(source),
                                Subject.CLASSES,
                                dense,
                                folder.resolve(called),
                                file,
                                teacher,
                                stages);
            both(called, file, source, folder, found, stages);
            longest = Math.max(longest, since(begun) - now);
        }
        var shrunk = new Shrunk(name, Shrunk.front(found), left, folder.resolve("report.html"));
        shrunk.page(source.name(), source.split("val").size()).write(shrunk.report());
        return shrunk;
    }

    private static double since(long begun) {
        return (System.nanoTime() - begun) / 1e9;
    }

    private Prune prune(double share) {
        var budget = new Budget(Budget.Cost.MACS, share);
        return new Prune(
                new Pruning(Importance.TAYLOR, false, budget, 0.1, 8, seed),
                1,
                epochs,
                PICTURES,
                new Distill(),
                changes);
    }

    /** The network of a file, and the same in eight bits. */
    private void both(
            String name, Path file, DataSource<Label> source, Path folder, List<Shrunk.Candidate> found, Stages stages)
            throws IOException {
        var small = folder.resolve(name + "-int8.safetensors");
        try (var opened = ModelFile.open(file)) {
            var preprocess = opened.file().preprocess();
            var shown = Loader.inOrder(source.train().limit(CALIBRATION), BATCH).withPreprocess(preprocess);
            var measured = Subject.Measured.top1(
                    Loader.inOrder(source.split("val"), BATCH).withPreprocess(preprocess), opened.file());
            var whatever = Records.with(new Quantization(), "maxDrop", 1.0);
            var sides = whatever.run(opened, name, shown, source.name(), Optional.of(measured), small, stages);
            var before = sides.before();
            var after = sides.after();
            found.add(new Shrunk.Candidate(
                    name, file, before.top1().orElseThrow(), Files.size(file), before.millis(), false));
            found.add(new Shrunk.Candidate(
                    name + "-int8", small, after.top1().orElseThrow(), Files.size(small), after.millis(), false));
        }
    }
}
