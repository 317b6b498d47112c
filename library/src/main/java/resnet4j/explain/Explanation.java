package resnet4j.explain;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import resnet4j.array.Npy;
import resnet4j.config.Nearest;
import resnet4j.files.AtomicFile;
import resnet4j.graph.Tracer;
import resnet4j.image.Image;
import resnet4j.image.ImageFile;
import resnet4j.image.Picture;
import resnet4j.model.ModelFile;
import resnet4j.run.Stages;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;

/**
 * An answer of a saved network explained: where in a picture it rests, and whether that can be trusted.
 *
 * @param method a name of {@link Method#names}, or {@link #ALL}
 * @param layer  for the methods of class activation maps; the last with maps where absent
 * @param target the answer to explain: a class's number or name, or {@code auto} for the likeliest
 * @param check  whether each map is checked: by hiding and showing what counts most, and beside the map of random weights
 * @param out    a PNG file for the heat over the picture
 * @param raw    a NumPy file for the heat of one method: float32 [H,W] of the network's input
 */
public record Explanation(
        String method, Optional<String> layer, String target, boolean check, Optional<Path> out, Optional<Path> raw) {
    /** All methods, one after the other. */
    public static final String ALL = "all";

    public Explanation {
        if (raw.isPresent() && method.equals(ALL))
            throw new IllegalArgumentException("raw: expected one method, got all");
        methods(List.of(method));
    }

    /** The methods that are asked for, of which {@link #ALL} means each. */
    public static List<String> methods(List<String> asked) {
        if (asked.contains(ALL)) return Method.names();
        var known = Stream.concat(Stream.of(ALL), Method.names().stream()).toList();
        for (var name : asked)
            if (!known.contains(name))
                throw new IllegalArgumentException("method: expected one of " + String.join(", ", known) + ", got '"
                        + name + "'." + Nearest.hint(name, known));
        return asked;
    }

    /**
     * Explains, and writes the files. Of a network that answers for each pixel, it is a class where the network names it.
     *
     * @param opened stays the caller's
     * @param name   what the network is called in the result
     */
    public Explained run(ModelFile.Opened opened, String name, Path picture, Stages stages) throws IOException {
        try (var scope = new NativeScope()) {
            return answer(
                    opened.file().architecture().perPixel() ? ofRegion(opened, picture) : ofClass(opened, picture),
                    opened,
                    name,
                    picture,
                    stages);
        }
    }

    /** The same of an answer that others found. @param question of a scope of the caller's */
    public Explained answer(Question question, ModelFile.Opened opened, String name, Path picture, Stages stages)
            throws IOException {
        try (var scope = new NativeScope()) {
            var subject = question.of(opened.net());
            var names = methods(List.of(method));
            if (layer.isPresent() && names.size() == 1) Method.named(method, layer); // refuses one that nobody looks at
            var at = layer.or(question::layer);
            var heats = new ArrayList<Heat>();
            var ways = new ArrayList<Method>();
            try (var progress = stages.begin("explain", names.size(), "methods")) {
                for (var way : names) {
                    ways.add(Method.of(way, at));
                    heats.add(ways.get(heats.size()).explain(subject));
                    progress.now(way);
                    progress.add(1);
                }
            }
            var seen = question.seen();
            if (raw.isPresent())
                AtomicFile.write(raw.get(), Npy.of(heats.get(0).values(), seen.height(), seen.width())::write);
            if (out.isPresent()) ImageFile.writePng(out.get(), sheet(seen, names, heats));
            return new Explained(
                    name,
                    picture,
                    names,
                    at.orElseGet(() -> Subject.defaultLayer(subject.graph())),
                    question.answer(),
                    seen.height(),
                    seen.width(),
                    heats.stream().map(Heat::peak).toList(),
                    out,
                    raw,
                    check ? Optional.of(checks(opened.file(), ways, heats, question, subject)) : Optional.empty());
        }
    }

    private static List<Faithfulness> checks(
            ModelFile file, List<Method> ways, List<Heat> heats, Question question, Subject subject) {
        try (var forgetful = Pointing.forgetful(file)) {
            var forgotten = question.of(forgetful);
            var checks = new ArrayList<Faithfulness>();
            for (int i = 0; i < ways.size(); i++)
                checks.add(Faithfulness.of(ways.get(i), subject, heats.get(i), forgotten));
            return checks;
        }
    }

    private Question ofClass(ModelFile.Opened opened, Path picture) throws IOException {
        opened.file().requireOneClass();
        var explainer = new Explainer(opened);
        var seen = explainer.seen(Picture.of(picture));
        var probabilities = explainer.probabilities(seen);
        int index = target.equals("auto")
                ? Heat.largest(probabilities)
                : named(opened.file().classNames(), probabilities.length);
        return question(
                explainer,
                seen,
                new Target.OfClass(index),
                new Explained.Answer(index, opened.file().classNames().get(index), probabilities[index]),
                Optional.empty());
    }

    /** Where the network names a class: the one that most pixels show, but for a first one that is the background. */
    private Question ofRegion(ModelFile.Opened opened, Path picture) throws IOException {
        var preprocess = opened.file().preprocess();
        var whole = new Explainer(
                new ModelFile.Opened(opened.file().withPreprocess(preprocess.withCrop(0, 0)), opened.net()));
        var seen = whole.seen(Picture.of(picture));
        var names = opened.file().classNames();
        var graph = whole.graph(seen);
        long[] shown;
        float[] probabilities;
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            var logits = graph.run(whole.image(seen)); // [1,K,H,W]
            shown = logits.argmax(1).toLongs();
            probabilities = Ops.softmax(logits, 1).toFloats();
        }
        var pixels = new int[names.size()];
        for (long each : shown) pixels[(int) each]++;
        int index = target.equals("auto") ? most(pixels, names) : named(names, names.size());
        if (pixels[index] == 0)
            throw new IllegalArgumentException("--class: the network names " + names.get(index)
                    + " nowhere in this picture; it names "
                    + IntStream.range(0, pixels.length)
                            .filter(k -> pixels[k] > 0)
                            .mapToObj(names::get)
                            .collect(Collectors.joining(", ")));
        var where = new float[shown.length];
        double sure = 0;
        for (int i = 0; i < where.length; i++)
            if (shown[i] == index) {
                where[i] = 1;
                sure += probabilities[index * where.length + i];
            }
        var said = String.format(Locale.ROOT, "%,d of %,d pixels", pixels[index], seen.width() * seen.height());
        return question(
                whole,
                seen,
                new Target.OfRegion(index, where),
                new Explained.Answer(index, names.get(index), sure / pixels[index], Optional.of(said)),
                Optional.of(Subject.deepestLayer(graph)));
    }

    private static int most(int[] pixels, List<String> names) {
        int best = names.get(0).equals("background") && names.size() > 1 ? 1 : 0;
        for (int k = best + 1; k < pixels.length; k++) if (pixels[k] > pixels[best]) best = k;
        return pixels[best] == 0 ? 0 : best;
    }

    private static Question question(
            Explainer explainer, Image seen, Target target, Explained.Answer answer, Optional<String> layer) {
        return new Question(
                seen,
                explainer.image(seen),
                target,
                answer,
                net -> Tracer.trace(net, 1, 3, seen.height(), seen.width()),
                layer);
    }

    private static Image sheet(Image seen, List<String> names, List<Heat> heats) {
        if (heats.size() == 1) return Overlay.of(seen, heats.get(0));
        var tiles = new ArrayList<Image>();
        for (int i = 0; i < heats.size(); i++)
            tiles.add(Overlay.captioned(Tiles.enlarged(Overlay.of(seen, heats.get(i))), names.get(i)));
        return Overlay.sheet(tiles, 4);
    }

    /** The class that was asked for by its number or name. */
    private int named(List<String> names, int classes) {
        if (target.matches("-?\\d{1,9}")) {
            int index = Integer.parseInt(target);
            if (index < 0 || index >= classes)
                throw new IllegalArgumentException("--class: expected 0 to " + (classes - 1) + ", got " + index);
            return index;
        }
        int index = names.indexOf(target);
        if (index < 0)
            throw new IllegalArgumentException("--class: expected a number, a class of the model or auto, got '"
                    + target + "'." + Nearest.hint(target, names));
        return index;
    }
}
