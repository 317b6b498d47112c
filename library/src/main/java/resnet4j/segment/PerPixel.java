package resnet4j.segment;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import resnet4j.model.Architecture;
import resnet4j.model.BackboneConfig;
import resnet4j.model.Models;

/** A network that stands on a residual one and answers for each pixel. */
interface PerPixel extends Architecture {
    /** The residual network. */
    BackboneConfig body();

    @Override
    default boolean perPixel() {
        return true;
    }

    @Override
    default int minInputSize() {
        return body().network().minInputSize();
    }

    /** One network for the registry on each of some of its residual networks, as {@code family_resnet18}. */
    static List<Models.Entry> entries(
            String family, int inputSize, String paper, Function<String, Architecture> on, String... networks) {
        return Arrays.stream(networks)
                .map(name -> new Models.Entry(family + "_" + name, family, inputSize, on.apply(name), paper))
                .toList();
    }
}
