package resnet4j;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import resnet4j.detect.Detection;
import resnet4j.detect.DetectionNet;
import resnet4j.detect.Finder;
import resnet4j.detect.Limits;
import resnet4j.image.Image;
import resnet4j.image.Windows;
import resnet4j.model.ModelFile;
import resnet4j.tensor.Engine;
import resnet4j.tensor.Lifetime;

/**
 * Says what is in pictures, and where: boxes in their own pixels, surest first. On a CPU the network's arithmetic runs as
 * fused {@link resnet4j.graph.Plan}s.
 */
public final class Detector implements Predictor<List<Detection>> {
    private final Card card;
    private final Finder finder;
    private final Options options;
    private final Limits limits;
    private final Optional<Windows> windows;
    private final Lifetime lifetime;

    /**
     * Takes a network over, and closes it in the end, or at once where it is no detector.
     *
     * @param limits  what of its answers counts; its method's own where absent
     * @param windows through which pictures larger than these are seen besides the whole, so that small things in them are
     *                found; each window takes as long as a picture
     */
    public Detector(ModelFile.Opened model, Options options, Optional<Limits> limits, Optional<Windows> windows) {
        if (!(model.net() instanceof DetectionNet detector)) {
            model.close();
            throw new IllegalArgumentException("model: expected a network that finds things, got "
                    + model.file().model());
        }
        var file = model.file();
        card = new Card(file.model(), file.classNames(), file.preprocess());
        this.options = options;
        this.windows = windows;
        this.limits = limits.orElseGet(detector::limits);
        if (options.threads() > 0) Engine.threads(options.threads());
        try {
            finder = Finder.consume(detector, options.device(), options.precision());
        } catch (RuntimeException | Error e) {
            model.close();
            throw e;
        }
        boolean uses = options.device().cuda();
        if (!uses) model.close(); // plans have weights of their own
        lifetime = new Lifetime("the detector", () -> {
            finder.close();
            if (uses) model.close();
        });
    }

    /** Opens a saved model or a run folder, on the CPU in 32-bit floats. */
    public static Detector load(Path path) throws IOException {
        return load(path, new Options(), Optional.empty(), Optional.empty());
    }

    /** The same, run in another way. */
    public static Detector load(Path path, Options options, Optional<Limits> limits, Optional<Windows> windows)
            throws IOException {
        var opened = ModelFile.open(path.toString(), Optional.empty(), OptionalInt.empty());
        return new Detector(opened, options, limits, windows);
    }

    @Override
    public Card card() {
        return card;
    }

    /** The pictures of a batch are resized each by itself, and padded to the largest: take such as are alike. */
    @Override
    public List<List<Detection>> predict(List<Image> pictures) {
        lifetime.enter();
        try {
            if (windows.isPresent())
                return pictures.stream()
                        .map(picture -> finder.find(picture, windows.get(), limits))
                        .toList();
            var answers = new ArrayList<List<Detection>>();
            for (int from = 0; from < pictures.size(); from += options.batch()) {
                var some = pictures.subList(from, Math.min(from + options.batch(), pictures.size()));
                answers.addAll(finder.find(some, limits));
            }
            return answers;
        } finally {
            lifetime.leave();
        }
    }

    /** The mean of the pyramid's coarsest map. */
    @Override
    public List<float[]> features(List<Image> pictures) {
        lifetime.enter();
        try {
            return pictures.stream().map(finder::features).toList();
        } finally {
            lifetime.leave();
        }
    }

    @Override
    public void close() {
        lifetime.close();
    }
}
