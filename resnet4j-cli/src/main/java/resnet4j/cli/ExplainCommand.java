package resnet4j.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import resnet4j.array.Npy;
import resnet4j.config.Nearest;
import resnet4j.explain.Faithfulness;
import resnet4j.explain.Heat;
import resnet4j.explain.Method;
import resnet4j.explain.Overlay;
import resnet4j.explain.Subject;
import resnet4j.files.AtomicFile;
import resnet4j.graph.Tracer;
import resnet4j.image.Image;
import resnet4j.image.ImageFile;
import resnet4j.image.Picture;
import resnet4j.model.ModelFile;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** {@code explain}: where in a picture an answer rests. */
@CommandLine.Command(
        name = "explain",
        description = "Show where in a picture an answer rests: class activation maps, gradients, occlusion.",
        footer = {"", "Example:", "  ./resnet4j explain runs/quickstart-1 photo.jpg --out heat.png"})
final class ExplainCommand extends Command<ExplainCommand.Explained> {
    private static final String ALL = "all";

    @Mixin
    private ModelArgument model;

    @Parameters(index = "1", paramLabel = "PICTURE", description = "A picture file.")
    private Path picture;

    @Option(
            names = "--method",
            paramLabel = "NAME",
            description = "gradcam (default), gradcam++, hirescam, layercam, eigencam, scorecam, saliency,"
                    + " inputxgradient, smoothgrad, integrated, occlusion, rise, or all.")
    private String method = "gradcam";

    @Option(
            names = "--layer",
            paramLabel = "PATH",
            description = "For the methods of class activation maps: the layer, such as layer4 (default: the last with"
                    + " maps).")
    private String layer;

    @Option(
            names = "--class",
            paramLabel = "N|NAME|auto",
            description = "The answer to explain (default: auto, the likeliest).")
    private String target = "auto";

    @Option(names = "--out", paramLabel = "FILE", description = "A PNG file for the heat over the picture.")
    private Path out;

    @Option(
            names = "--raw",
            paramLabel = "FILE",
            description = "A NumPy file for the heat itself: float32 [H,W] of the network's input, from 0 to 1"
                    + " (integrated: as it is, summed over colours).")
    private Path raw;

    @Option(
            names = "--check",
            description =
                    "Also check each map: hide and show what counts most (deletion, insertion), and compare with the"
                            + " map of the same network with random weights.")
    private boolean check;

    /** @param layer what the methods of class activation maps looked at */
    record Explained(
            String model,
            Path picture,
            List<String> methods,
            String layer,
            Answer answer,
            int height,
            int width,
            List<int[]> peaks,
            Optional<Path> out,
            Optional<Path> raw,
            Optional<List<Faithfulness>> checks) {}

    record Answer(int index, String label, double probability) {}

    @Override
    Explained run() throws IOException {
        if (raw != null && method.equals(ALL))
            throw new IllegalArgumentException("--raw: expected one method, got all");
        if (model.weightFile().isEmpty())
            throw new IllegalArgumentException(
                    model.model + ": expected a trained network; give its weights with --weights");
        try (var opened = model.open().classifier();
                var scope = new NativeScope()) {
            opened.net().train(false);
            var preprocess = opened.file().preprocess();
            Image seen = preprocess.read(Picture.of(picture));
            var graph = Tracer.trace(opened.net(), 1, 3, seen.height(), seen.width());
            var image = Tensor.of(preprocess.normalize(seen.rgb()), 1, 3, seen.height(), seen.width());
            var answer = answer(opened.file(), Ops.softmax(graph.run(image), 1).toFloats());
            var subject = new Subject(graph, image, answer.index);
            var names = method.equals(ALL) ? Method.names() : List.of(method);
            var heats = new ArrayList<Heat>();
            var ways = new ArrayList<Method>();
            try (var progress = progress("explain", names.size(), "methods")) {
                for (var name : names) {
                    boolean looks = method.equals(ALL) ? name.endsWith("cam") || name.endsWith("++") : layer != null;
                    ways.add(Method.named(name, looks ? Optional.ofNullable(layer) : Optional.empty()));
                    heats.add(ways.get(heats.size()).explain(subject));
                    progress.at(heats.size(), name);
                }
            }
            if (raw != null) AtomicFile.write(raw, Npy.of(heats.get(0).values(), seen.height(), seen.width())::write);
            if (out != null) ImageFile.writePng(out, sheet(seen, heats));
            return new Explained(
                    model.model,
                    picture,
                    names,
                    layer == null ? Subject.defaultLayer(graph) : layer,
                    answer,
                    seen.height(),
                    seen.width(),
                    heats.stream().map(Heat::peak).toList(),
                    Optional.ofNullable(out),
                    Optional.ofNullable(raw),
                    check ? Optional.of(checks(opened.file(), ways, heats, subject)) : Optional.empty());
        }
    }

    private static List<Faithfulness> checks(ModelFile file, List<Method> ways, List<Heat> heats, Subject subject) {
        Ops.seed(0);
        try (var forgetful = file.architecture().build()) {
            forgetful.train(false);
            var shape = subject.image().shape();
            var graph = Tracer.trace(forgetful, shape);
            var forgotten = new Subject(graph, subject.image(), subject.target());
            var checks = new ArrayList<Faithfulness>();
            for (int i = 0; i < ways.size(); i++)
                checks.add(Faithfulness.of(ways.get(i), subject, heats.get(i), forgotten));
            return checks;
        }
    }

    private static String said(Faithfulness check) {
        return String.format(
                Locale.ROOT,
                "; deletion %.3f, insertion %.3f, like that of random weights %.2f%s",
                check.deletion(),
                check.insertion(),
                check.random(),
                check.ignoresWeights() ? ": it shows the picture more than the network" : "");
    }

    private static Image sheet(Image seen, List<Heat> heats) {
        if (heats.size() == 1) return Overlay.of(seen, heats.get(0));
        return Overlay.sheet(heats.stream().map(heat -> Overlay.of(seen, heat)).toList(), 4);
    }

    private Answer answer(ModelFile file, float[] probabilities) {
        var labels = file.classNames();
        int index = 0;
        if (target.equals("auto")) {
            for (int c = 1; c < probabilities.length; c++) if (probabilities[c] > probabilities[index]) index = c;
        } else if (target.matches("-?\\d{1,9}")) {
            index = Integer.parseInt(target);
            if (index < 0 || index >= probabilities.length)
                throw new IllegalArgumentException(
                        "--class: expected 0 to " + (probabilities.length - 1) + ", got " + index);
        } else {
            index = labels.indexOf(target);
            if (index < 0)
                throw new IllegalArgumentException("--class: expected a number, a class of the model or auto, got '"
                        + target + "'." + Nearest.hint(target, labels));
        }
        return new Answer(index, labels.get(index), probabilities[index]);
    }

    @Override
    String text(Explained e) {
        var text = new StringBuilder(
                String.format(Locale.ROOT, "%s: %s (%.1f %%)", e.picture, e.answer.label, 100 * e.answer.probability));
        for (int i = 0; i < e.methods.size(); i++) {
            text.append(String.format(
                    Locale.ROOT,
                    "%n%s: counts most at row %d, column %d of %dx%d",
                    e.methods.get(i),
                    e.peaks.get(i)[0],
                    e.peaks.get(i)[1],
                    e.height,
                    e.width));
            if (e.checks.isPresent()) text.append(said(e.checks.get().get(i)));
        }
        e.out.ifPresent(file -> text.append("\n")
                .append(file)
                .append(
                        e.methods.size() > 1
                                ? ": the methods in this order, four to a row"
                                : ": the heat over the picture"));
        e.raw.ifPresent(file -> text.append("\n").append(file).append(": the heat itself"));
        return text.toString();
    }
}
