package resnet4j.shrink;

import static resnet4j.tensor.Losses.meanSquaredError;
import static resnet4j.tensor.Losses.scale;
import static resnet4j.tensor.Losses.unit;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import resnet4j.array.DType;
import resnet4j.data.Batch;
import resnet4j.data.DataSource;
import resnet4j.data.Label;
import resnet4j.data.Loader;
import resnet4j.eval.Inputs;
import resnet4j.graph.Inference;
import resnet4j.image.Preprocess;
import resnet4j.model.ClassificationNet;
import resnet4j.model.ModelFile;
import resnet4j.model.Models;
import resnet4j.nn.Net;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;
import resnet4j.train.Extended;
import resnet4j.train.Losses;
import resnet4j.train.Machine;
import resnet4j.train.Moment;
import resnet4j.train.Objective;
import resnet4j.train.Recipe;
import resnet4j.train.Task;

/** A student that learns the classes of pictures, as ever, and what its teacher makes of them. */
final class Distilling implements Extended<Label> {
    /** Layers that are compared. */
    private record Pair(String student, String teacher) {}

    private final Distill distill;
    private final Recipe recipe;
    private final Machine machine;
    private final Task<Label> classes;
    private final ClassificationNet student, teacher;
    private final Preprocess seen; // by the teacher
    private final List<Pair> pairs;
    private final Net net;
    private final Optional<Inference> answering;
    private final List<long[]> channels = new ArrayList<>();

    Distilling(Distill distill, Recipe recipe, DataSource<Label> data, Machine machine) throws IOException {
        this.distill = distill;
        this.recipe = recipe;
        this.machine = machine;
        Objective.refuse(recipe, "as a teacher's answers are for steps", "solveHead");
        var opened = teacher(data.train().classes());
        teacher = opened.net();
        seen = distill.weights().isPresent()
                ? recipe.preprocess()
                : opened.file().preprocess();
        try {
            classes = new Objective.Classify().task(recipe, data, machine);
        } catch (IOException | RuntimeException e) {
            teacher.close();
            throw e;
        }
        student = (ClassificationNet) classes.net();
        try {
            pairs = pairs();
            if (distill.hints() > 0) measureMaps();
            net = pupil(student);
            // nobody looks inside: then it may be a plan, which takes the teacher's weights
            answering = pairs.isEmpty() ? Optional.of(answering(opened)) : Optional.empty();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private ModelFile.Opened teacher(List<String> asked) throws IOException {
        var name = distill.teacher();
        if (name.isBlank())
            throw new IllegalArgumentException(
                    "teacher: expected a saved model, a run folder, or a name with weights, got none");
        if (distill.weights().isEmpty()
                && Models.all().stream().anyMatch(entry -> entry.name().equals(name)))
            throw new IllegalArgumentException("teacher: " + name
                    + " has random weights, which teach nothing; give its weights, or a saved model or a run folder");
        var opened = ModelFile.open(name, distill.weights().map(Path::of), OptionalInt.empty())
                .classifier();
        var own = opened.file().classNames();
        if (own.size() != asked.size() || !unnamed(own) && !unnamed(asked) && !own.equals(asked)) {
            opened.close();
            throw new IllegalArgumentException("teacher: expected one of the data's " + asked.size()
                    + " classes in their order, got one of " + own.size() + ", the first of which is " + own.get(0)
                    + "; teach it these first, by finetune");
        }
        machine.place(opened.net());
        opened.net().train(false);
        opened.net().freeze();
        return opened;
    }

    private Inference answering(ModelFile.Opened opened) {
        int height = recipe.preprocess().cropHeight(),
                width = recipe.preprocess().cropWidth();
        return Inference.of(opened.net(), machine.device(), recipe.precisionOn(machine.device()), height, width);
    }

    private Heard<Tensor> ask(Batch<Label> batch) {
        try (var noGrad = Ops.noGrad()) {
            var images = Inputs.images(batch, seen, machine.device());
            if (answering.isPresent()) return new Heard<>(null, answering.get().run(images), Map.of());
            return Heard.of(teacher, teachers(), () -> teacher.apply(images));
        }
    }

    private static boolean unnamed(List<String> classes) {
        return classes.stream().allMatch(name -> name.chars().allMatch(Character::isDigit));
    }

    private List<Pair> pairs() {
        var pairs = new ArrayList<Pair>();
        if (distill.attention() == 0 && distill.hints() == 0) return pairs;
        for (var layer : distill.layers()) {
            var names = layer.split("=", 2);
            pairs.add(new Pair(names[0], names[names.length - 1]));
        }
        if (distill.layers().isEmpty())
            for (var path : student.nets().keySet())
                if (path.startsWith("layer")
                        && !path.contains(".")
                        && teacher.nets().containsKey(path)) pairs.add(new Pair(path, path));
        if (pairs.isEmpty())
            throw new IllegalArgumentException("layers: expected some whose maps are compared, got none, and the two"
                    + " networks have no stages of the same name; name them, as in features.3=layer2");
        for (var pair : pairs) {
            Heard.require(student, "student", pair.student);
            Heard.require(teacher, "teacher", pair.teacher);
        }
        return pairs;
    }

    /** How many channels the maps have that are compared. */
    private void measureMaps() {
        boolean training = student.training();
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            var image = Tensor.zeros(
                            1,
                            3,
                            recipe.preprocess().cropHeight(),
                            recipe.preprocess().cropWidth())
                    .to(machine.device());
            student.train(false);
            var own = Heard.of(student, students(), () -> student.apply(image));
            var other = Heard.of(teacher, teachers(), () -> teacher.apply(image));
            for (var pair : pairs)
                channels.add(new long[] {
                    own.maps().get(pair.student).size(1),
                    other.maps().get(pair.teacher).size(1)
                });
        } finally {
            student.train(training);
        }
    }

    private List<String> students() {
        return pairs.stream().map(Pair::student).toList();
    }

    private List<String> teachers() {
        return pairs.stream().map(Pair::teacher).toList();
    }

    private Net pupil(ClassificationNet student) {
        return channels.isEmpty() ? student : machine.place(new Pupil(student, channels));
    }

    private static ClassificationNet student(Net network) {
        return network instanceof Pupil pupil ? pupil.student : (ClassificationNet) network;
    }

    @Override
    public Net net() {
        return net;
    }

    @Override
    public Net twin() {
        return pupil((ClassificationNet) classes.twin());
    }

    @Override
    public Loader<Label> loader() {
        return classes.loader();
    }

    @Override
    public Losses losses(Batch<Label> batch, Moment at) {
        var own = Heard.of(student, students(), () -> classes.losses(batch, at));
        var other = ask(batch);
        var parts = new LinkedHashMap<String, Tensor>();
        var labels = own.result().parts().values().stream().reduce(Ops::add).orElseThrow();
        parts.put("labels", scale(labels, 1 - distill.share()));
        parts.put("teacher", scale(answers(own.logits(), other.logits()), distill.share()));
        for (int i = 0; i < pairs.size(); i++) {
            var map = own.maps().get(pairs.get(i).student());
            var taught = other.maps().get(pairs.get(i).teacher());
            if (taught.size(2) != map.size(2) || taught.size(3) != map.size(3))
                taught = Ops.adaptiveAvgPool2d(taught, (int) map.size(2), (int) map.size(3));
            if (distill.attention() > 0)
                parts.merge("attention", scale(apart(map, taught), distill.attention()), Ops::add);
            if (distill.hints() > 0) {
                var regressed = ((Pupil) net).regressed(i, map);
                parts.merge("hints", scale(meanSquaredError(regressed, taught), distill.hints()), Ops::add);
            }
        }
        return new Losses(parts, own.result().sums());
    }

    /** T^2 times the Kullback-Leibler divergence of the student's answers from the teacher's, both softened by T. */
    private Tensor answers(Tensor student, Tensor teacher) {
        double t = distill.temperature();
        return scale(divergence(scale(student, 1 / t), scale(teacher, 1 / t)), t * t);
    }

    /** [N,K] each -> [], in the mean of rows. */
    static Tensor divergence(Tensor student, Tensor teacher) {
        var rows = student.size(0);
        var taught = Ops.logSoftmax(teacher.to(DType.F32), 1);
        var apart = Ops.add(taught, scale(Ops.logSoftmax(student.to(DType.F32), 1), -1));
        return scale(Ops.sum(Ops.mul(taught.exp(), apart), List.of(0, 1), false), 1.0 / rows);
    }

    /** Mean squared distance of where two networks look: the squares of a map, in the mean of its channels, by their length. */
    static Tensor apart(Tensor student, Tensor teacher) {
        return meanSquaredError(looked(student), looked(teacher));
    }

    private static Tensor looked(Tensor map) {
        return unit(Ops.flatten(Ops.mean(Ops.mul(map, map), List.of(1), false), 1));
    }

    @Override
    public Task<Label> own() {
        return classes;
    }

    @Override
    public Net own(Net network) {
        return student(network);
    }

    @Override
    public void close() {
        classes.close();
        if (answering != null) answering.ifPresent(Inference::close);
        teacher.close();
        if (net instanceof Pupil pupil) pupil.close();
    }
}
