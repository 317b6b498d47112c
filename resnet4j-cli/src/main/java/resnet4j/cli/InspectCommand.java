package resnet4j.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import resnet4j.inspect.Inspected;
import resnet4j.inspect.InspectedPage;
import resnet4j.inspect.Inspection;
import resnet4j.model.ModelFile;

/** {@code inspect}: what is wrong with pictures themselves. */
@CommandLine.Command(
        name = "inspect",
        description = {
            "Look for what is wrong with pictures themselves: twice there, labelled wrongly, unreadable, odd, in two splits.",
            "Label errors need a network: its features say what pictures show; the labels it was trained on may be wrong ones."
        },
        footer = {"", "Example:", "  ./resnet4j inspect shapes:2000 --model runs/quickstart-1 --out report.html"})
final class InspectCommand extends Command<Inspected> {
    @Parameters(paramLabel = "DATA", description = "Pictures with their classes, KIND:PATH.")
    private String data;

    @Option(names = "--model", paramLabel = "MODEL", description = "A saved model or a run folder.")
    private Optional<String> model;

    @Option(names = "--limit", paramLabel = "N", description = "Use only so many pictures of each split.")
    private Optional<Integer> limit;

    @Option(names = "--bits", paramLabel = "N", description = "Bits of 64 in which hashes may differ (default: 12).")
    private int bits = 12;

    @Option(names = "--likeness", paramLabel = "S", description = "How alike twins have to be (default: 0.8).")
    private double likeness = 0.8;

    @Option(names = "--most", paramLabel = "N", description = "List so many of each finding (default: 100).")
    private int most = 100;

    @Option(names = "--folds", paramLabel = "N", description = "Parts that judge each other's labels (default: 5).")
    private int folds = 5;

    @Option(names = "--batch", paramLabel = "N", description = "Pictures at a time (default: 64).")
    private int batch = 64;

    @Option(names = "--out", paramLabel = "FILE", description = "Write an HTML page with the pictures here too.")
    private Optional<Path> out;

    @Mixin
    private Decoding decoding;

    @Override
    Inspected run() throws IOException {
        decoding.check(batch);
        var inspection = new Inspection(
                data,
                limit,
                bits,
                likeness,
                most,
                folds,
                batch,
                common.seed().orElse(0),
                common.device(),
                common.precision("fp32"));
        var pictures = inspection.pictures();
        Optional<Inspection.Asked> asked = model.isEmpty()
                ? Optional.empty()
                : Optional.of(inspection.ask(
                        pictures,
                        ModelFile.open(model.get(), Optional.empty(), OptionalInt.empty()),
                        model.get(),
                        decoding::loader,
                        this::progress));
        var inspected = inspection.run(pictures, asked, this::progress);
        if (out.isPresent()) new InspectedPage(inspected, pictures).page().write(out.get());
        return inspected;
    }

    @Override
    String text(Inspected inspected) {
        return inspected.toString();
    }
}
