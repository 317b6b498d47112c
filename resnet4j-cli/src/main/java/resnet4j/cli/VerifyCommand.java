package resnet4j.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import resnet4j.model.Models;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;
import resnet4j.weights.WeightFile;

/** {@code verify}: does this installation compute what PyTorch computes? */
@CommandLine.Command(
        name = "verify",
        description = {
            "Check that networks give the outputs that torchvision expects of them.",
            "Builds the network from the seed, runs it on random numbers from the same stream, and compares."
        })
final class VerifyCommand extends Command<VerifyCommand.Result> {
    /** fp32 sums in another order differ by about 1e-6; a wrong layer differs by more than 1e-2. */
    private static final double TOLERANCE = 1e-4;

    @Parameters(arity = "0..1", paramLabel = "MODEL", description = "A name of './resnet4j models'; all where absent.")
    private String model;

    @Option(names = "--expect", paramLabel = "FILE", description = "The expected output, a file of torch.save.")
    private Path expect;

    @Option(
            names = "--goldens",
            paramLabel = "DIR",
            description =
                    "Folder with torchvision's ModelTester.test_*_expect.pkl (default: ../shared/data/torchvision-expect).")
    private Path goldens = Path.of("../shared/data/torchvision-expect");

    @Option(names = "--classes", paramLabel = "N", description = "Number of classes (default: 50).")
    private int classes = 50;

    @Option(names = "--input", paramLabel = "NxCxHxW", description = "Shape of the input (default: the network's).")
    private String input;

    /** One comparison; differences are absent where it was skipped. */
    record Case(String name, Double maxAbs, Double maxRel, boolean pass, String skipped) {}

    record Result(List<Case> cases, boolean pass) {}

    @Override
    Result run() throws Exception {
        var cases = new ArrayList<Case>();
        if (expect != null) {
            if (model == null) throw new IllegalArgumentException("MODEL: --expect is for one network; name it");
            cases.add(compare(model, expect));
        } else {
            if (!Files.isDirectory(goldens))
                throw new IllegalArgumentException("--goldens: " + goldens
                        + " is no folder; give the one with torchvision's ModelTester.test_*_expect.pkl");
            for (var entry : Models.all()) {
                if (model != null && !entry.name().equals(model)) continue;
                var golden = goldens.resolve("ModelTester.test_" + entry.name() + "_expect.pkl");
                if (Files.exists(golden)) cases.add(compare(entry.name(), golden));
                else if (model != null) cases.add(new Case(model, null, null, true, "no file " + golden));
            }
            if (cases.isEmpty())
                throw new IllegalArgumentException("--goldens: " + goldens + " has no expected output of "
                        + (model == null ? "any network" : Models.get(model).name()));
        }
        return new Result(cases, cases.stream().allMatch(Case::pass));
    }

    private Case compare(String name, Path golden) throws Exception {
        var shape = shape(Models.get(name).inputSize());
        var expected = WeightFile.read(golden).tensors().values().iterator().next();
        Ops.seed(common.seed().orElse(0));
        try (var net = Models.create(name, classes);
                var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            net.train(false);
            var got = net.apply(Tensor.rand(shape));
            var shapeGot = Arrays.stream(got.shape()).boxed().toList();
            if (!shapeGot.equals(expected.shape()))
                throw new IllegalArgumentException(golden + ": holds an output of shape " + expected.shape() + ", and "
                        + name + " gives " + shapeGot + "; set --classes and --input as they were");
            float[] a = got.toFloats(), b = Tensor.of(expected).toFloats();
            double abs = 0, scale = 0;
            for (int i = 0; i < a.length; i++) {
                abs = Math.max(abs, Math.abs(a[i] - b[i]));
                scale = Math.max(scale, Math.abs(b[i]));
            }
            double rel = abs / scale;
            return new Case(name, abs, rel, rel <= TOLERANCE, null);
        }
    }

    private long[] shape(int size) {
        if (input == null) return new long[] {1, 3, size, size};
        if (!input.matches("\\d{1,4}(x\\d{1,4}){3}"))
            throw new IllegalArgumentException("--input: expected a shape such as 1x3x224x224, got " + input);
        return Arrays.stream(input.split("x")).mapToLong(Long::parseLong).toArray();
    }

    @Override
    String text(Result result) {
        var lines = new ArrayList<String>();
        lines.add(String.format(Locale.ROOT, "%-24s %12s %12s", "case", "max abs", "max rel"));
        for (var c : result.cases)
            lines.add(
                    c.skipped != null
                            ? String.format(Locale.ROOT, "%-24s skipped: %s", c.name, c.skipped)
                            : String.format(
                                    Locale.ROOT,
                                    "%-24s %12.3g %12.3g  %s",
                                    c.name,
                                    c.maxAbs,
                                    c.maxRel,
                                    c.pass ? "pass" : "FAIL"));
        return String.join(System.lineSeparator(), lines);
    }

    @Override
    int exitCode(Result result) {
        return result.pass ? DONE : FAILED;
    }
}
