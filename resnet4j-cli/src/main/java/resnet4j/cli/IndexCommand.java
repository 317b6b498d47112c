package resnet4j.cli;

import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import resnet4j.data.PictureFiles;
import resnet4j.data.Skipped;
import resnet4j.report.Words;
import resnet4j.retrieval.Index;
import resnet4j.train.Machine;

/** {@code index}: a folder of pictures in, what a network makes of them out. */
@CommandLine.Command(
        name = "index",
        description = "Look at all pictures of a folder once, so that 'search' finds those that are alike.",
        footer = {"", "Example:", "  ./resnet4j index resnet18 --weights resnet18.tv_in1k_v1 DIR --out FILE"})
final class IndexCommand extends Command<IndexCommand.Result> {
    @Mixin
    private ModelArgument model;

    @Parameters(index = "1", paramLabel = "FOLDER", description = "Pictures, in it and below.")
    private Path folder;

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "The index.")
    private Path out;

    record Result(Path index, int pictures, int width, List<Skipped> skipped) {}

    @Override
    Result run() throws Exception {
        if (!Files.isDirectory(folder))
            throw new NoSuchFileException(folder.toString(), null, "expected a folder of pictures, there is none");
        var files = PictureFiles.pictures(folder);
        if (files.isEmpty())
            throw new IllegalArgumentException("FOLDER: expected pictures in " + folder + ", found none");
        var weights = model.weightFile()
                .orElseThrow(() -> new IllegalArgumentException(
                        "MODEL: expected a network with weights, as a search has to find the same ones again, got "
                                + model.model + "; give its weights with --weights"));
        try (var opened = model.open().wholePictures();
                var progress = progress("index", files.size(), "images")) {
            var maker = Index.Maker.of(opened, model.model, weights);
            var made = Index.of(opened, maker, files, new Machine(common.device(), 1), progress::add);
            made.index().save(out);
            return new Result(out, made.index().files().size(), made.index().width(), made.skipped());
        }
    }

    @Override
    String text(Result r) {
        return Stream.concat(
                        Stream.of(
                                Words.count(r.pictures, "picture") + ", " + r.width + " numbers each: " + r.index,
                                "Go on:  ./resnet4j search " + r.index + " PICTURE"),
                        r.skipped.stream()
                                .map(s -> "skipped " + Words.shown(s.file()) + ": " + Words.sentence(s.reason())))
                .collect(Collectors.joining(System.lineSeparator()));
    }
}
