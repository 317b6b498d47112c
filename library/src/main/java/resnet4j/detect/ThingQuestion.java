package resnet4j.detect;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import resnet4j.config.Nearest;
import resnet4j.explain.Explained;
import resnet4j.explain.Question;
import resnet4j.explain.Target;
import resnet4j.graph.Graph;
import resnet4j.graph.Tracer;
import resnet4j.image.Picture;
import resnet4j.model.ModelFile;
import resnet4j.tensor.Device;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * A thing that a detector found, as something to be explained: the score of its class. Of networks that look at proposals it
 * is what their head says of the box itself; of those that answer at every place, what the place says that found it.
 */
public final class ThingQuestion {
    private static final String BOX = "box", IMAGE = "image of the box";

    private ThingQuestion() {}

    /**
     * Looks at a picture, and asks about one thing in it.
     *
     * @param opened a detector on the CPU, which stays the caller's
     * @param which  its number, 0 for the surest; or a class, of which it is the surest; or {@code auto} for the surest of all
     * @return of the innermost scope
     * @throws IOException if the picture cannot be read
     */
    public static Question of(ModelFile.Opened opened, String which, Picture picture) throws IOException {
        if (!(opened.net() instanceof PyramidDetector net))
            throw new IllegalArgumentException(
                    "model: expected a detector in floats, got one in eight bits, through which"
                            + " no gradient goes; explain the one that it was made of");
        var names = opened.file().classNames();
        net.train(false);
        var whole = opened.file().preprocess().decode(picture);
        var batch = ImageBatch.of(List.of(whole), net.config.sizes(), Device.CPU);
        Found found;
        PyramidDetector.Spot spot;
        int thing;
        try (var noGrad = Ops.noGrad()) {
            found = net.find(batch, net.limits()).get(0);
            thing = chosen(found, which, names);
            spot = new PyramidDetector.Spot(
                    found.boxes().pick(new int[] {thing}),
                    batch.sizes().get(0),
                    net.place(batch.images(), found.labels()[thing], found.scores()[thing]));
        }
        int label = found.labels()[thing];
        var box = found.boxes()
                .scaled(
                        (float) whole.width() / batch.sizes().get(0)[1],
                        (float) whole.height() / batch.sizes().get(0)[0]);
        var said = String.format(
                Locale.ROOT,
                "the box from %.0f, %.0f to %.0f, %.0f of %dx%d",
                box.at(thing, 0),
                box.at(thing, 1),
                box.at(thing, 2),
                box.at(thing, 3),
                whole.width(),
                whole.height());
        return new Question(
                batch.seen(),
                batch.images(),
                new Target.OfBox(label, net.oneOfAll()),
                new Explained.Answer(label, names.get(label), found.scores()[thing], Optional.of(said)),
                other -> graph((PyramidDetector) other, batch.images(), spot),
                Optional.of(layer(graph(net, batch.images(), spot))));
    }

    /** From images to what is said of the one box. */
    private static Graph graph(PyramidDetector net, Tensor images, PyramidDetector.Spot spot) {
        var inputs = new LinkedHashMap<String, long[]>();
        inputs.put(Tracer.INPUT, images.shape());
        inputs.put(BOX, new long[] {1, 4});
        inputs.put(IMAGE, new long[] {1});
        var traced = Tracer.trace(
                net,
                inputs,
                in -> Map.of(
                        Tracer.OUTPUT,
                        net.about(net.backbone().maps(in.get(Tracer.INPUT)), spot, in.get(BOX), in.get(IMAGE))));
        var constants = new LinkedHashMap<>(traced.constants());
        constants.put(BOX, spot.box().tensor(Device.CPU));
        constants.put(IMAGE, Tensor.zeros(1));
        return new Graph(traced.inputs().subList(0, 1), constants, traced.nodes(), traced.outputs(), traced.layers());
    }

    /** The last maps of the backbone, before the pyramid. */
    private static String layer(Graph graph) {
        return graph.layers().entrySet().stream()
                .filter(layer -> layer.getKey().matches("backbone\\.body\\.[^.]+"))
                .filter(layer -> graph.shape(layer.getValue()).size() == 4)
                .map(Map.Entry::getKey)
                .reduce((first, second) -> second)
                .orElseThrow();
    }

    private static int chosen(Found found, String which, List<String> names) {
        var things = new ArrayList<Integer>();
        for (int i = 0; i < found.labels().length; i++)
            if (found.boxes().width(i) > 0 && found.boxes().height(i) > 0 && found.labels()[i] > 0) things.add(i);
        if (things.isEmpty())
            throw new IllegalArgumentException(
                    "picture: expected one in which the network finds something to explain, it finds nothing");
        if (which.equals("auto")) return things.get(0);
        if (which.matches("-?\\d{1,9}")) {
            int n = Integer.parseInt(which);
            if (n < 0 || n >= things.size())
                throw new IllegalArgumentException("--class: expected a class, or 0 to " + (things.size() - 1)
                        + " for one of the " + things.size() + " things that the network finds, got " + n);
            return things.get(n);
        }
        if (!names.contains(which))
            throw new IllegalArgumentException("--class: expected a number, a class of the model or auto, got '" + which
                    + "'." + Nearest.hint(which, names));
        return things.stream()
                .filter(i -> names.get(found.labels()[i]).equals(which))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("--class: the network finds no " + which
                        + " in this picture; it finds "
                        + IntStream.of(found.labels())
                                .distinct()
                                .mapToObj(names::get)
                                .collect(Collectors.joining(", "))));
    }
}
