package resnet4j.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import resnet4j.detect.DetectionNet;
import resnet4j.detect.ThingQuestion;
import resnet4j.explain.Explained;
import resnet4j.explain.Explanation;
import resnet4j.image.Picture;
import resnet4j.tensor.NativeScope;

/** {@code explain}: where in a picture an answer rests. */
@CommandLine.Command(
        name = "explain",
        description = "Show where in a picture an answer rests: class activation maps, gradients, occlusion.",
        footer = {"", "Example:", "  ./resnet4j explain runs/quickstart-1 photo.jpg --out heat.png"})
final class ExplainCommand extends Command<Explained> {
    @Mixin
    private ModelArgument model;

    @Parameters(index = "1", paramLabel = "PICTURE", description = "A picture file.")
    private Path picture;

    @Option(
            names = "--method",
            paramLabel = "NAME",
            description = "gradcam (default), gradcam++, hirescam, layercam, eigencam, scorecam, saliency,"
                    + " inputxgradient, smoothgrad, integrated, guided, occlusion, rise, or all.")
    private String method = "gradcam";

    @Option(
            names = "--layer",
            paramLabel = "PATH",
            description = "For the methods of class activation maps: the layer, such as layer4 (default: the last with"
                    + " maps).")
    private String layer;

    @Option(
            names = "--class",
            paramLabel = "N|NAME|auto",
            description = "The answer to explain: a class, of a segmentation network where it names that, of a detector"
                    + " the surest of that or its N-th thing from 0 (default: auto, the likeliest).")
    private String target = "auto";

    @Option(names = "--out", paramLabel = "FILE", description = "A PNG file for the heat over the picture.")
    private Path out;

    @Option(
            names = "--raw",
            paramLabel = "FILE",
            description = "A NumPy file for the heat itself: float32 [H,W] of the network's input, from 0 to 1"
                    + " (integrated: as it is, summed over colours).")
    private Path raw;

    @Option(
            names = "--check",
            description =
                    "Also check each map: hide and show what counts most (deletion, insertion, ROAD), and compare with the"
                            + " map of the same network with random weights.")
    private boolean check;

    @Override
    Explained run() throws IOException {
        if (raw != null && method.equals(Explanation.ALL))
            throw new IllegalArgumentException("--raw: expected one method, got all");
        var explanation = new Explanation(
                method, Optional.ofNullable(layer), target, check, Optional.ofNullable(out), Optional.ofNullable(raw));
        common.onCpuInFp32("explain");
        try (var opened = model.open();
                var scope = new NativeScope()) {
            if (!(opened.net() instanceof DetectionNet))
                return explanation.run(opened, model.model, picture, this::progress);
            var question = ThingQuestion.of(opened, target, Picture.of(picture));
            return explanation.answer(question, opened, model.model, picture, this::progress);
        }
    }

    @Override
    String text(Explained explained) {
        return explained.toString();
    }
}
