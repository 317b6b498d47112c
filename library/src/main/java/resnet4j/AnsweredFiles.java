package resnet4j;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import resnet4j.data.Epoch;
import resnet4j.data.Label;
import resnet4j.data.Skipped;
import resnet4j.report.Words;

/** What was said of whole pictures, by {@link Answering}. @param predictions empty where they were written to a file */
public record AnsweredFiles(int pictures, List<Predicted> predictions, List<Skipped> skipped) implements FileAnswers {
    /**
     * Goes through the files; those that cannot be read are skipped.
     *
     * @param batches  of these files in their order, made ready for the network
     * @param out      a file that each answer is written to as it is there: see {@link PredictionWriter}
     * @param progress told how many more files are done with
     */
    public static AnsweredFiles of(
            Answering answering, List<Path> files, Epoch<Label> batches, Optional<Path> out, IntConsumer progress)
            throws IOException {
        var predictions = new ArrayList<Predicted>();
        int pictures = 0, told = 0;
        try (var table = out.isPresent() ? PredictionWriter.to(out.get()) : null) {
            while (hasNext(batches)) {
                var batch = batches.next();
                var names = IntStream.of(batch.indices())
                        .mapToObj(i -> files.get(i).toString())
                        .toList();
                for (var said : answering.predict(batch, names)) {
                    if (table == null) predictions.add(said);
                    else table.write(said);
                }
                if (table != null) table.flush();
                pictures += batch.size();
                int done = pictures + batches.skipped().size();
                progress.accept(done - told);
                told = done;
            }
        }
        return new AnsweredFiles(pictures, predictions, batches.skipped());
    }

    /** Whether there is a batch; an epoch of which nothing can be read has none, and its list of what was skipped. */
    private static boolean hasNext(Epoch<Label> batches) {
        try {
            return batches.hasNext();
        } catch (UncheckedIOException nothingReadable) {
            return false;
        }
    }

    @Override
    public List<String> lines() {
        return predictions.stream()
                .map(said -> Words.shown(said.image()) + ": " + said.words())
                .toList();
    }
}
