package resnet4j.export;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import resnet4j.config.Records;
import resnet4j.image.Preprocess;
import resnet4j.model.ModelFile;

/**
 * What an ONNX file says about itself, in its {@code metadata_props}.
 *
 * @param model      the registry's name of the network, or any other
 * @param preprocess how its input is made
 * @param classNames what the logits stand for, in order
 * @param pixels     whether it takes pixels as they are, uint8 [N,H,W,3] in red, green, blue, and normalises them
 *                   itself; otherwise normalised floats [N,3,H,W]
 */
public record OnnxMetadata(String model, Preprocess preprocess, List<String> classNames, boolean pixels) {
    public OnnxMetadata {
        classNames = List.copyOf(classNames);
    }

    /** For a network that takes normalised floats. */
    public static OnnxMetadata of(ModelFile file) {
        return new OnnxMetadata(file.model(), file.preprocess(), file.classNames(), false);
    }

    public OnnxMetadata withPixels(boolean pixels) {
        return new OnnxMetadata(model, preprocess, classNames, pixels);
    }

    Map<String, String> properties() {
        var properties = new LinkedHashMap<String, String>();
        properties.put("model", model);
        properties.put("preprocess", Records.line(preprocess));
        properties.put("classes", Records.line(classNames));
        properties.put("input", pixels ? "pixels" : "normalised");
        return properties;
    }

    /** Reads what {@link #properties} wrote. @throws IllegalArgumentException that names what is missing or wrong */
    static OnnxMetadata read(Map<String, String> properties) {
        for (var key : List.of("model", "preprocess", "classes", "input"))
            if (!properties.containsKey(key))
                throw new IllegalArgumentException("metadata: expected the entry '" + key
                        + "', as files exported by ResNet4J have it, got " + properties.keySet());
        var names = StreamSupport.stream(
                        Records.parse(properties.get("classes")).spliterator(), false)
                .map(node -> node.asText())
                .toList();
        return new OnnxMetadata(
                properties.get("model"),
                Records.read(properties.get("preprocess"), Preprocess.class),
                names,
                properties.get("input").equals("pixels"));
    }
}
