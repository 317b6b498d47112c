package resnet4j.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.Function;
import resnet4j.array.HostTensor;
import resnet4j.config.Records;
import resnet4j.image.Preprocess;
import resnet4j.nn.Init;
import resnet4j.nn.Net;
import resnet4j.weights.Catalogue;
import resnet4j.weights.WeightFile;

/**
 * A saved model: one safetensors file with the weights, whose metadata says all that is needed to use them.
 *
 * @param model        the registry's name of the architecture, for people
 * @param preprocess   how its input is made
 * @param classNames   what it tells of, in order
 * @param answer       what the logits say of these: one class, several labels, numbers
 * @param metrics      numbers measured when it was saved, such as {@code top1}
 * @param recipe       how it was trained, JSON, or empty
 * @param provenance   where it comes from: data digest, versions, seed, commit
 */
public record ModelFile(
        String model,
        Architecture architecture,
        Preprocess preprocess,
        List<String> classNames,
        Answer answer,
        Map<String, Double> metrics,
        String recipe,
        Map<String, String> provenance) {

    /** The file of a run folder's model. */
    public static final String NAME = "model.safetensors";

    private static final String FORMAT = "resnet4j";
    private static final int LARGEST_INPUT = 4096;

    public ModelFile {
        classNames = List.copyOf(classNames);
        // sorted: the order of Map.copyOf changes from process to process, and equal models make equal files
        metrics = Collections.unmodifiableMap(new TreeMap<>(metrics));
        provenance = Collections.unmodifiableMap(new TreeMap<>(provenance));
        if (answer.logits(classNames.size()) != architecture.classes())
            throw new IllegalArgumentException("classNames: expected " + architecture.classes() + ", one for each logit"
                    + " of " + model + ", got " + classNames.size());
    }

    /** Of a network that names one class. */
    public ModelFile(
            String model,
            Architecture architecture,
            Preprocess preprocess,
            List<String> classNames,
            Map<String, Double> metrics,
            String recipe,
            Map<String, String> provenance) {
        this(model, architecture, preprocess, classNames, Answer.CLASSES, metrics, recipe, provenance);
    }

    /** @throws IllegalArgumentException if it says something else of a picture than one class */
    public void requireOneClass() {
        architecture.requireOneAnswer(model);
        answer.requireOneClass("model", model);
    }

    /** How far the answers of a network that names one class can be trusted. */
    public Calibration calibration() {
        return answer instanceof Answer.Classes classes ? classes.calibration() : Calibration.NONE;
    }

    /** The same network with its input made in another way. */
    public ModelFile withPreprocess(Preprocess preprocess) {
        return new ModelFile(model, architecture, preprocess, classNames, answer, metrics, recipe, provenance);
    }

    /** The same network with its answers read in another way. */
    public ModelFile withAnswer(Answer answer) {
        return new ModelFile(model, architecture, preprocess, classNames, answer, metrics, recipe, provenance);
    }

    /** Of another network with the same answers. */
    public ModelFile withArchitecture(Architecture architecture) {
        return new ModelFile(model, architecture, preprocess, classNames, answer, metrics, recipe, provenance);
    }

    public ModelFile withMetrics(Map<String, Double> metrics) {
        return new ModelFile(model, architecture, preprocess, classNames, answer, metrics, recipe, provenance);
    }

    /** A network with its weights, and what is known of it. Owns the network. */
    public record Opened(ModelFile file, ClassificationNet net) implements AutoCloseable {
        /** This one, for those that need one answer for a picture. Closes it where its network answers for each pixel. */
        public Opened wholePictures() {
            return closedUnless(() -> file.architecture.requireOneAnswer(file.model));
        }

        /** This one, for those that need one class for a picture. Closes it where its network answers otherwise. */
        public Opened classifier() {
            return closedUnless(file::requireOneClass);
        }

        private Opened closedUnless(Runnable fits) {
            try {
                fits.run();
                return this;
            } catch (IllegalArgumentException e) {
                close();
                throw e;
            }
        }

        @Override
        public void close() {
            net.close();
        }
    }

    /**
     * The network that a person means by a word.
     *
     * @param model   a saved model, a run folder, or a name of the registry
     * @param weights a weight file for a name of the registry; random weights where absent
     * @param classes logits of a network of the registry; its own number where absent
     */
    public static Opened open(String model, Optional<Path> weights, OptionalInt classes) throws IOException {
        var saved = saved(model);
        if (saved.isPresent()) return open(saved.get());
        var file = named(model, weights, classes);
        var net = weights.isPresent()
                ? undrawn(file.architecture(), Long.MAX_VALUE)
                : Net.whole(file.architecture()::build);
        try {
            if (weights.isPresent()) {
                var read = WeightFile.read(weights.get());
                Answer.of(read.metadata())
                        .requireOneClass("weights", weights.get().toString());
                NetWeights.load(net, read.tensors(), weights.get().toString());
            }
        } catch (IOException | RuntimeException e) {
            net.close();
            throw e;
        }
        return new Opened(file, net);
    }

    /** What is known of that network, for those that load its weights themselves: a head that they replace need not fit. */
    public static ModelFile described(String model, Optional<Path> weights, OptionalInt classes) throws IOException {
        var saved = saved(model);
        if (saved.isEmpty()) return named(model, weights, classes);
        try (var opened = open(saved.get())) {
            return opened.file();
        }
    }

    private static Optional<Path> saved(String model) throws IOException {
        var path = Path.of(model);
        if (Files.isDirectory(path)) {
            var file = path.resolve(NAME);
            if (!Files.exists(file))
                throw new IOException(file + ": no such file, so " + path
                        + " holds no model; expected the folder of a run that has finished an epoch, or a saved model");
            return Optional.of(file);
        }
        if (Files.exists(path)) return Optional.of(path);
        if (model.contains("/") || model.endsWith(".safetensors"))
            throw new IOException(model + ": there is no such model file or run folder");
        return Optional.empty();
    }

    private static ModelFile named(String model, Optional<Path> weights, OptionalInt classes) {
        var entry = Models.get(model);
        var architecture = entry.architecture()
                .withClasses(classes.orElse(entry.architecture().classes()));
        return new ModelFile(
                model,
                architecture,
                weights.flatMap(w -> Catalogue.published(w.toString()))
                        .flatMap(Catalogue.Entry::preprocess)
                        .orElse(entry.preprocess()),
                entry.classNames(architecture.classes(), weights),
                Map.of(),
                "",
                weights.map(w -> Map.of("weights", w.toString())).orElse(Map.of()));
    }

    /** Writes the network's weights with this description; the old file stays until the new one is complete. */
    public void save(Path path, Net net) throws IOException {
        var metadata = new LinkedHashMap<String, String>();
        metadata.put("format", FORMAT);
        metadata.put("model", model);
        metadata.put("architecture", Models.write(architecture).toString());
        metadata.put("preprocess", Records.line(preprocess));
        metadata.put("classes", Records.line(classNames));
        metadata.putAll(answer.metadata());
        metadata.put("metrics", Records.line(metrics));
        metadata.put("recipe", recipe);
        metadata.put("provenance", Records.line(provenance));
        NetWeights.write(path, net.state(), metadata);
    }

    /** Whether the metadata of a weight file is that of a saved model. */
    public static boolean describes(WeightFile file) {
        return FORMAT.equals(file.metadata().get("format")) && file.metadata().containsKey("architecture");
    }

    /** The architecture of a weight file that is a saved model; absent for weights without a description. */
    public static Optional<Architecture> architecture(WeightFile file) {
        return describes(file)
                ? Optional.of(
                        Models.readArchitecture(Records.parse(file.metadata().get("architecture"))))
                : Optional.empty();
    }

    /** Opens a saved model. @throws IOException with the path and what is wrong, if the file is not one */
    public static Opened open(Path path) throws IOException {
        var weights = WeightFile.read(path);
        if (!describes(weights))
            throw new IOException(path + ": expected a model saved by ResNet4J, got weights without a description; name"
                    + " the network and give the file as its weights");
        var text = weights.metadata();
        try {
            var file = new ModelFile(
                    required(text, "model"),
                    Models.readArchitecture(Records.parse(required(text, "architecture"))),
                    Records.read(required(text, "preprocess"), Preprocess.class),
                    strings(required(text, "classes")),
                    Answer.of(text),
                    entries(required(text, "metrics"), JsonNode::asDouble),
                    text.getOrDefault("recipe", ""),
                    entries(required(text, "provenance"), JsonNode::asText));
            requireSane(file.preprocess());
            var net = undrawn(file.architecture(), mostWeights(weights.tensors()));
            try {
                NetWeights.load(net, weights.tensors(), path.toString());
                return new Opened(file, net);
            } catch (IOException | RuntimeException e) {
                net.close();
                throw e;
            }
        } catch (IllegalArgumentException e) {
            throw new IOException(path + ": the description of the model is damaged: " + e.getMessage(), e);
        }
    }

    /** A network whose weights hold anything: they are loaded next. */
    private static ClassificationNet undrawn(Architecture architecture, long mostWeights) {
        try (var nothing = Init.none(mostWeights)) {
            return Net.whole(architecture::build);
        }
    }

    /** What a network for these tensors may have; somewhat more, so that a few absent ones are named one by one. */
    private static long mostWeights(Map<String, HostTensor> tensors) {
        long numbers = 0;
        for (var tensor : tensors.values()) {
            long elements = 1;
            for (long size : tensor.shape()) elements *= size;
            numbers += elements;
        }
        return 2 * numbers + 100_000;
    }

    private static void requireSane(Preprocess preprocess) {
        int height = preprocess.cropHeight(), width = preprocess.cropWidth();
        if (Math.max(height, width) > LARGEST_INPUT)
            throw new IllegalArgumentException("preprocess: expected an input of at most " + LARGEST_INPUT + "x"
                    + LARGEST_INPUT + " pixels, got " + height + "x" + width);
    }

    private static String required(Map<String, String> text, String field) {
        var value = text.get(field);
        if (value == null) throw new IllegalArgumentException("expected the field " + field + ", there is none");
        return value;
    }

    private static List<String> strings(String json) {
        var values = new ArrayList<String>();
        Records.parse(json).forEach(node -> values.add(node.asText()));
        return values;
    }

    private static <T> Map<String, T> entries(String json, Function<JsonNode, T> value) {
        var values = new LinkedHashMap<String, T>();
        Records.parse(json).properties().forEach(e -> values.put(e.getKey(), value.apply(e.getValue())));
        return values;
    }
}
