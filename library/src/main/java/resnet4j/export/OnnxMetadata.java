package resnet4j.export;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import resnet4j.config.Records;
import resnet4j.image.Preprocess;
import resnet4j.model.Answer;
import resnet4j.model.ModelFile;

/**
 * What an ONNX file says about itself, in its {@code metadata_props}.
 *
 * @param model      the registry's name of the network, or any other
 * @param preprocess how its input is made
 * @param classNames what it tells of, in order
 * @param answer     what the logits say of these
 * @param pixels     whether it takes pixels as they are, uint8 [N,H,W,3] in red, green, blue, and normalises them
 *                   itself; otherwise normalised floats [N,3,H,W]
 */
public record OnnxMetadata(
        String model, Preprocess preprocess, List<String> classNames, Answer answer, boolean pixels) {
    private static final int METADATA_PROPS = 14 << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED, // of a ModelProto
            KEY = 1 << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED,
            VALUE = 2 << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;

    public OnnxMetadata {
        classNames = List.copyOf(classNames);
    }

    /** For a network that takes normalised floats and gives logits. */
    public static OnnxMetadata of(ModelFile file) {
        return new OnnxMetadata(
                file.model(),
                file.preprocess(),
                file.classNames(),
                file.answer().ofLogits(),
                false);
    }

    public OnnxMetadata withPixels(boolean pixels) {
        return new OnnxMetadata(model, preprocess, classNames, answer, pixels);
    }

    Map<String, String> properties() {
        var properties = new LinkedHashMap<String, String>();
        properties.put("model", model);
        properties.put("preprocess", Records.line(preprocess));
        properties.put("classes", Records.line(classNames));
        properties.putAll(answer.metadata());
        properties.put("input", pixels ? "pixels" : "normalised");
        return properties;
    }

    /**
     * What a file says about itself, read in Java: nothing of it reaches a native parser, and its network is passed over.
     *
     * @throws IOException with the path, if it is no ONNX file or was not exported by ResNet4J
     */
    public static OnnxMetadata of(Path file) throws IOException {
        var properties = new LinkedHashMap<String, String>();
        try (var stream = Files.newInputStream(file)) {
            var in = CodedInputStream.newInstance(stream);
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                if (tag != METADATA_PROPS) {
                    if (!in.skipField(tag)) throw new IOException("expected an ONNX file, got something else");
                    continue;
                }
                int outer = in.pushLimit(in.readRawVarint32());
                String key = "", value = "";
                for (int inner = in.readTag(); inner != 0; inner = in.readTag()) {
                    if (inner == KEY) key = in.readStringRequireUtf8();
                    else if (inner == VALUE) value = in.readStringRequireUtf8();
                    else in.skipField(inner);
                }
                properties.put(key, value);
                in.popLimit(outer);
            }
        } catch (NoSuchFileException e) {
            throw new NoSuchFileException(file.toString(), null, "expected an ONNX file, there is none");
        } catch (IOException e) {
            throw new IOException(file + ": expected an ONNX file, got damaged or other data: " + e.getMessage(), e);
        }
        try {
            return read(properties);
        } catch (IllegalArgumentException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    /** Reads what {@link #properties} wrote. @throws IllegalArgumentException that names what is missing or wrong */
    static OnnxMetadata read(Map<String, String> properties) {
        if (properties.containsKey("finds"))
            throw new IllegalArgumentException("metadata: expected a network that names what a picture shows, got "
                    + properties.get("model") + ", which finds things; run the file with OnnxModel");
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
                Answer.of(properties),
                properties.get("input").equals("pixels"));
    }
}
