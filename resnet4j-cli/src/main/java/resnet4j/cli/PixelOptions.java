package resnet4j.cli;

import java.util.List;
import picocli.CommandLine.Option;
import resnet4j.segment.PixelViews;

/** How a network that answers for each pixel looks at a picture. */
final class PixelOptions {
    @Option(
            names = "--scales",
            paramLabel = "S,S",
            split = ",",
            arity = "1",
            description = "For each pixel: average over the picture in these sizes, such as 0.75,1,1.25.")
    private List<Double> scales;

    @Option(
            names = "--window",
            paramLabel = "N",
            description =
                    "For each pixel, and of a detector: look through windows of N pixels that overlap by half, for large"
                            + " pictures.")
    private Integer window;

    PixelViews views(boolean mirror) {
        if (window != null) Bounds.atLeast("--window", 32, window);
        return new PixelViews(mirror, scales == null ? List.of(1.0) : scales, window == null ? 0 : window);
    }

    /** Refuses them for a network that names what a picture shows. */
    void refuse() {
        if (scales != null || window != null)
            throw new IllegalArgumentException(
                    "--scales and --window: expected a network that answers for each pixel; leave them out");
    }
}
