package resnet4j;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import resnet4j.data.Skipped;
import resnet4j.report.Words;

/** What a network said of picture files. */
public sealed interface FileAnswers permits AnsweredFiles, DetectedFiles, SegmentedFiles {
    /** How many could be read. */
    int pictures();

    List<Skipped> skipped();

    /** A line for each picture whose answer is here. */
    List<String> lines();

    /** The lines, and what was skipped. @param out where answers were written that are not here */
    default String text(Optional<Path> out) {
        var written = out.stream().map(file -> Words.count(pictures(), "picture") + ": " + file);
        var left = skipped().stream().map(s -> "skipped " + Words.shown(s.file()) + ": " + Words.sentence(s.reason()));
        return Stream.of(written, lines().stream(), left)
                .flatMap(s -> s)
                .collect(Collectors.joining(System.lineSeparator()));
    }
}
