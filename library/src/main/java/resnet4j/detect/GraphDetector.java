package resnet4j.detect;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import resnet4j.graph.GraphConfig;
import resnet4j.model.Architecture;
import resnet4j.model.ArchitectureType;
import resnet4j.model.ClassificationNet;

/**
 * A detector whose parts are graphs, such as those in eight bits: it finds things, and does not learn.
 *
 * @param detector what it was made of: how it resizes pictures and chooses among answers
 * @param parts    by name, {@code places} and, where boxes are looked at again, {@code boxes} and {@code detail}
 */
public record GraphDetector(DetectorConfig detector, Map<String, GraphConfig> parts) implements Architecture {
    public GraphDetector {
        parts = Collections.unmodifiableMap(new LinkedHashMap<>(parts));
        var expected = Part.names(detector.parts().keySet());
        if (!parts.keySet().equals(expected))
            throw new IllegalArgumentException("parts: expected " + expected + ", got " + parts.keySet());
    }

    @Override
    public ClassificationNet build() {
        return new DetectionGraph(this);
    }

    @Override
    public int classes() {
        return detector.classes();
    }

    @Override
    public GraphDetector withClasses(int classes) {
        if (classes == classes()) return this;
        throw new IllegalArgumentException("classes: expected the " + classes() + " of a detector in eight bits, got "
                + classes + "; teach the one in floats that it was made of, and quantize that");
    }

    @Override
    public void requireOneAnswer(String model) {
        detector.requireOneAnswer(model);
    }

    /** So that saved models of it open. */
    public static final class Type implements ArchitectureType {
        @Override
        public Class<GraphDetector> type() {
            return GraphDetector.class;
        }
    }
}
