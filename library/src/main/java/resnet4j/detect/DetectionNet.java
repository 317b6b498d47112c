package resnet4j.detect;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import resnet4j.config.Records;
import resnet4j.data.Dataset;
import resnet4j.export.ExportCheck;
import resnet4j.export.OnnxWriter;
import resnet4j.graph.Graph;
import resnet4j.graph.Tracer;
import resnet4j.image.Box;
import resnet4j.image.Image;
import resnet4j.image.LabelMap;
import resnet4j.image.Preprocess;
import resnet4j.model.Architecture;
import resnet4j.model.ClassificationNet;
import resnet4j.model.ModelFile;
import resnet4j.tensor.Device;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** A network that finds things: parts that compute, and between them steps that choose boxes. */
public abstract class DetectionNet extends ClassificationNet implements OnnxWriter {
    final DetectorConfig config;

    /** @param config how boxes are chosen, and pictures resized */
    DetectionNet(Architecture architecture, DetectorConfig config) {
        super(architecture);
        this.config = config;
    }

    /** What a part answers, layer by layer. Of places, tensors by name and the map's number: {@code maps0}... */
    abstract Map<String, Tensor> answers(Part part, Tensor in);

    /** A part from an input of this shape to its answers. */
    Graph graph(Part part, long... shape) {
        return Tracer.trace(this, Map.of(Tracer.INPUT, shape), in -> answers(part, in.get(Tracer.INPUT)));
    }

    /** What is in each image. */
    abstract List<Found> find(ImageBatch batch, Part.Engine engine, Limits limits);

    final List<Found> find(ImageBatch batch, Limits limits) {
        return find(batch, this::answers, limits);
    }

    /** The same answers, if they are numbers: what is none is sure of nothing, and would be passed over as no thing. */
    static Tensor sane(Tensor answers) {
        if (answers.isFinite()) return answers;
        throw new ArithmeticException(
                "the network answers with what is no number for a picture, which is no answer; its weights are damaged");
    }

    /** The same in ONNX's operators, of one picture. */
    abstract OnnxFound find(OnnxSteps steps, Limits limits);

    /**
     * Writes it from pixels, uint8 [1,height,width,3] in red, green, blue, to what it finds with its own {@link #limits}:
     * {@code boxes} [things,4] in these pixels, {@code labels}, {@code scores}, and {@code masks} [things,height,width].
     *
     * @throws IllegalArgumentException for what says keypoints
     */
    @Override
    public final void writeOnnx(ModelFile model, Path file) throws IOException {
        writeOnnx(model, file, limits());
    }

    final void writeOnnx(ModelFile model, Path file, Limits limits) throws IOException {
        train(false);
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            var steps = new OnnxSteps(this);
            steps.outputs(find(steps, limits));
            steps.program.write(
                    file,
                    model.model() + ": finds things; takes pixels, uint8 [1,height,width,3] in red, green, blue",
                    Map.of("model", model.model(), "finds", Records.line(model.classNames()), "input", "pixels"));
        }
    }

    @Override
    public final ExportCheck checkOnnx(Path file, Dataset<?> pictures) throws IOException {
        train(false);
        var all = new ArrayList<Image>();
        for (int i = 0; i < pictures.size(); i++) all.add(Preprocess.none().decode(pictures.picture(i)));
        return OnnxDetectorCheck.of(this, file, all, limits());
    }

    /** What of its answers counts where nobody says otherwise. */
    public final Limits limits() {
        return config.method().limits();
    }

    /** Pictures as it takes them: normalised, resized, padded. [N,3,H,W]. */
    public final Tensor images(List<Image> pictures, Device device) {
        return ImageBatch.of(pictures, config.sizes(), device).images();
    }

    /**
     * What is in each picture, surest first. The network is in evaluation mode.
     *
     * @param device where the network is
     */
    final List<List<Detection>> detect(List<Image> pictures, Limits limits, Device device) {
        return detect(pictures, this::answers, limits, device);
    }

    final List<List<Detection>> detect(List<Image> pictures, Part.Engine engine, Limits limits, Device device) {
        if (pictures.isEmpty()) return List.of();
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            var batch = ImageBatch.of(pictures, config.sizes(), device);
            var found = find(batch, engine, limits);
            var all = new ArrayList<List<Detection>>();
            for (int i = 0; i < pictures.size(); i++)
                all.add(detections(found.get(i), pictures.get(i), batch.sizes().get(i)));
            return all;
        }
    }

    private static List<Detection> detections(Found found, Image picture, int[] size) {
        float across = (float) picture.width() / size[1], down = (float) picture.height() / size[0];
        var boxes = found.boxes().scaled(across, down);
        var all = new ArrayList<Detection>();
        for (int i = 0; i < boxes.size(); i++) {
            boolean empty = !(boxes.width(i) > 0 && boxes.height(i) > 0);
            if (empty || found.labels()[i] == 0) continue;
            Optional<LabelMap> mask = found.masks().isEmpty()
                    ? Optional.empty()
                    : Optional.of(MaskHead.paste(found.masks().get(i), boxes, i, picture.height(), picture.width()));
            var points = new ArrayList<Detection.Keypoint>();
            if (!found.keypoints().isEmpty()) {
                var of = found.keypoints().get(i);
                for (int k = 0; k < of.length; k += 3)
                    points.add(new Detection.Keypoint(of[k] * across, of[k + 1] * down, of[k + 2]));
            }
            var box = new Box(boxes.at(i, 0), boxes.at(i, 1), boxes.at(i, 2), boxes.at(i, 3));
            all.add(new Detection(found.labels()[i], found.scores()[i], box, mask, points));
        }
        return all;
    }

    /** All tensors by name and number. */
    static Map<String, Tensor> numbered(Map<String, List<Tensor>> lists) {
        var all = new LinkedHashMap<String, Tensor>();
        lists.forEach((name, list) -> {
            for (int i = 0; i < list.size(); i++) all.put(name + i, list.get(i));
        });
        return all;
    }

    /** Those of a name in their order. */
    static List<Tensor> list(Map<String, Tensor> numbered, String name) {
        var all = new ArrayList<Tensor>();
        for (Tensor next; (next = numbered.get(name + all.size())) != null; ) all.add(next);
        return all;
    }
}
