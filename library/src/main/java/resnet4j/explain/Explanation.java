package resnet4j.explain;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
    }

    /**
     * Explains, and writes the files.
     *
     * @param opened stays the caller's
     * @param name   what the network is called in the result
     */
    public Explained run(ModelFile.Opened opened, String name, Path picture, Stages stages) throws IOException {
        opened.file().requireOneClass();
        try (var scope = new NativeScope()) {
            Image seen = opened.file().preprocess().read(Picture.of(picture));
            var explainer = new Explainer(opened);
            var answer = answer(opened.file(), explainer.probabilities(seen));
            var subject = explainer.subject(seen, answer.index());
            var names = method.equals(ALL) ? Method.names() : List.of(method);
            var heats = new ArrayList<Heat>();
            var ways = new ArrayList<Method>();
            try (var progress = stages.begin("explain", names.size(), "methods")) {
                for (var way : names) {
                    ways.add(method.equals(ALL) ? Method.of(way, layer) : Method.named(way, layer));
                    heats.add(ways.get(heats.size()).explain(subject));
                    progress.now(way);
                    progress.add(1);
                }
            }
            if (raw.isPresent())
                AtomicFile.write(raw.get(), Npy.of(heats.get(0).values(), seen.height(), seen.width())::write);
            if (out.isPresent()) ImageFile.writePng(out.get(), sheet(seen, heats));
            return new Explained(
                    name,
                    picture,
                    names,
                    layer.orElseGet(() -> Subject.defaultLayer(subject.graph())),
                    answer,
                    seen.height(),
                    seen.width(),
                    heats.stream().map(Heat::peak).toList(),
                    out,
                    raw,
                    check ? Optional.of(checks(opened.file(), ways, heats, subject)) : Optional.empty());
        }
    }

    private static List<Faithfulness> checks(ModelFile file, List<Method> ways, List<Heat> heats, Subject subject) {
        try (var forgetful = Pointing.forgetful(file)) {
            var forgotten = subject.with(Tracer.trace(forgetful, subject.image().shape()));
            var checks = new ArrayList<Faithfulness>();
            for (int i = 0; i < ways.size(); i++)
                checks.add(Faithfulness.of(ways.get(i), subject, heats.get(i), forgotten));
            return checks;
        }
    }

    private static Image sheet(Image seen, List<Heat> heats) {
        if (heats.size() == 1) return Overlay.of(seen, heats.get(0));
        return Overlay.sheet(heats.stream().map(heat -> Overlay.of(seen, heat)).toList(), 4);
    }

    private Explained.Answer answer(ModelFile file, float[] probabilities) {
        var labels = file.classNames();
        int index = 0;
        if (target.equals("auto")) {
            index = Heat.largest(probabilities);
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
        return new Explained.Answer(index, labels.get(index), probabilities[index]);
    }
}
