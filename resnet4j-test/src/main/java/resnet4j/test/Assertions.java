package resnet4j.test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import resnet4j.config.Records;
import resnet4j.eval.Evaluation;
import resnet4j.eval.Score;
import resnet4j.measure.Scoring;
import resnet4j.run.RunFolder;

/**
 * Where assertions begin:
 *
 * <pre>{@code
 * assertThat(evaluation)
 *         .accuracy().atLeast(0.9)
 *         .calibrationError().atMost(0.05)
 *         .forClass("tumour").recall().surelyAtLeast(0.95);
 * }</pre>
 */
public final class Assertions {
    private Assertions() {}

    /** Of what a classifier did on a set of pictures. */
    public static EvaluationAssert assertThat(Evaluation evaluation) {
        return new EvaluationAssert(evaluation);
    }

    /**
     * Of a classifier on pictures that are read and answered now.
     *
     * @param model a saved model, or a run's folder
     * @param data  the pictures, as {@code kind:path}
     * @throws IllegalArgumentException if it is no classifier, or the pictures are not of its classes
     */
    public static EvaluationAssert assertThat(Path model, String data) throws IOException {
        if (Scoring.of(data).run(model).score() instanceof Evaluation evaluation) return assertThat(evaluation);
        throw new IllegalArgumentException("model: expected one that names a class, got " + model
                + "; measure it with Scoring, and give the score");
    }

    /** Of any task's score, by the names of its numbers. */
    public static ScoreAssert assertThat(Score score) {
        return new ScoreAssert(score);
    }

    /** Of what a classifier's run was tested by at its end. @throws IOException if the run is not done */
    public static EvaluationAssert assertThat(RunFolder run) throws IOException {
        if (!Files.isRegularFile(run.evaluation()))
            throw new IOException(
                    run.path() + ": expected a run that is done, with an evaluation.json, found none; go on"
                            + " with it by train --resume " + run.path());
        try {
            return assertThat(Records.read(Records.parse(run.evaluation()), Evaluation.class));
        } catch (IllegalArgumentException e) {
            throw new IOException(
                    run.evaluation() + ": expected what a classifier's run was tested by, got another"
                            + " score; measure it, and give the score (" + e.getMessage() + ")",
                    e);
        }
    }
}
