package resnet4j.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import resnet4j.report.Words;
import resnet4j.retrieval.Index;
import resnet4j.train.Machine;

/** {@code search}: the pictures of an index that are most alike to others. */
@CommandLine.Command(
        name = "search",
        description = "Find the pictures of an index that are most alike to a picture.",
        footer = {"", "Example:", "  ./resnet4j search DIR/pictures.index photo.jpg --top 10"})
final class SearchCommand extends Command<SearchCommand.Result> {
    @Parameters(index = "0", paramLabel = "INDEX", description = "What 'index' wrote.")
    private Path index;

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "PICTURE", description = "Picture files.")
    private List<Path> pictures;

    @Option(names = "--top", paramLabel = "K", description = "Pictures to find for each (default: 5).")
    private int top = 5;

    /** What was found for a picture, most alike first. */
    record Found(String image, List<Index.Hit> found) {}

    record Result(List<Found> pictures) {}

    @Override
    Result run() throws Exception {
        Bounds.atLeast("--top", 1, top);
        var found = Index.load(index).search(pictures, top, new Machine(common.device(), 1));
        return new Result(IntStream.range(0, found.size())
                .mapToObj(i -> new Found(pictures.get(i).toString(), found.get(i)))
                .toList());
    }

    @Override
    String text(Result result) {
        return result.pictures.stream()
                .map(r -> Words.shown(r.image) + ":"
                        + r.found.stream()
                                .map(hit -> String.format(
                                        Locale.ROOT, "%n  %.4f  %s", hit.likeness(), Words.shown(hit.file())))
                                .collect(Collectors.joining()))
                .collect(Collectors.joining(System.lineSeparator()));
    }
}
