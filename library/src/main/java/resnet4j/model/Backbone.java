package resnet4j.model;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import resnet4j.config.Nearest;
import resnet4j.nn.Layer;
import resnet4j.tensor.Tensor;

/**
 * A network without its head, from normalised images [N,3,H,W] to maps of several sizes: what detectors and segmenters
 * stand on. Its answer as a layer is the deepest map. {@link BackboneConfig} makes one.
 */
public abstract class Backbone extends Layer {
    /**
     * A place in the network that has a map.
     *
     * @param path     its name, as torchvision has it: {@code layer3}; {@code relu} is the stem before its pooling
     * @param channels of the map
     * @param stride   pixels of the image in each direction for one place of the map
     */
    public record Level(String path, int channels, int stride) {}

    /** All levels, from the image on. */
    public abstract List<Level> levels();

    /** The maps [N,C,H/stride,W/stride] of chosen levels by path, from the image on; no further than the last of them. */
    public abstract Map<String, Tensor> maps(Tensor images, Collection<String> chosen);

    /** The level of that path; an unknown one proposes the nearest. */
    public final Level level(String path) {
        for (var level : levels()) if (level.path().equals(path)) return level;
        var known = levels().stream().map(Level::path).toList();
        throw new IllegalArgumentException("level: expected one of " + String.join(", ", known) + ", got '" + path
                + "'." + Nearest.hint(path, known));
    }

    /** The deepest map alone. */
    public final Tensor map(Tensor images) {
        var last = levels().get(levels().size() - 1).path();
        return maps(images, List.of(last)).get(last);
    }

    @Override
    protected final Tensor forward(Tensor images) {
        return map(images);
    }

    /** The number among the levels of the deepest one that is chosen. */
    final int deepest(Collection<String> chosen) {
        if (chosen.isEmpty()) throw new IllegalArgumentException("levels: expected at least one, got none");
        int last = 0;
        for (var path : chosen) last = Math.max(last, levels().indexOf(level(path)));
        return last;
    }
}
