package resnet4j.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import resnet4j.config.Records;
import resnet4j.data.Numbers;
import resnet4j.data.Skipped;
import resnet4j.eval.Interval;
import resnet4j.eval.NumbersScore;
import resnet4j.eval.Outputs;
import resnet4j.measure.Compared.Accuracy;
import resnet4j.model.Answer;

class ComparisonTest {
    @Test
    void spread_isOverRounds() {
        assertEquals(new Compared.Spread(2.5, 1, 10), Compared.Spread.of(3, 1, 2, 10));
    }

    @Test
    void freshProcess_passesOnWhatTheWorkSays() {
        var work = new Work.Answering("resnet0", Optional.empty(), 1, new Bench().withBatch(2));
        var e = assertThrows(IOException.class, () -> FreshProcess.run(work));
        assertEquals(
                "resnet0 in batches of 2: model: no network is named 'resnet0'",
                e.getMessage().split("\\.")[0]);
    }

    /** What a network says of three pictures, as it comes from its process. */
    private static Work.Judged ofNumbers(float first, float second, float third, Skipped... skipped) {
        var truths = List.of(new Numbers(List.of(1.0)), new Numbers(List.of(2.0)), new Numbers(List.of(4.0)));
        var said = List.of(new float[] {first}, new float[] {second}, new float[] {third});
        var score = NumbersScore.of(
                List.of("x"),
                new Answer.Numbers(List.of(0.0), List.of(1.0)),
                new Outputs<>(said, truths, new int[] {0, 1, 2}, List.of(skipped)));
        return Records.read(Records.line(Work.Judged.of(score)), Work.Judged.class);
    }

    /** The first is off by 1 each time and the second by 2: by 1 less in every draw. */
    @Test
    void networksThatSayNumbers_areComparedByTheirErrors() {
        var pair = ofNumbers(2, 3, 5).against(ofNumbers(3, 4, 6), "a", "b");
        assertEquals(
                List.of("r2", "mae"), pair.draws().stream().map(d -> d.number()).toList());
        var mae = pair.draws().get(1);
        assertEquals(-1, mae.difference());
        assertEquals(-1, mae.interval().low());
        assertEquals(-1, mae.interval().high());
        assertEquals(2 / 1001.0, mae.p());
        assertEquals(
                "a against b: mae -1.00 (-1.00 to -1.00), p 0.002",
                pair.words().toList().get(1));
    }

    @Test
    void otherPictures_areNoTest() {
        var pair = ofNumbers(2, 3, 5).against(ofNumbers(3, 4, 6, new Skipped("4.png", "no picture")), "a", "b");
        assertEquals(
                List.of("a against b: no test, as these are not the same pictures, or too few or too many to be drawn a"
                        + " thousand times"),
                pair.words().toList());
    }

    @Test
    void otherAnswers_areNotCompared() {
        var classes = new Work.Judged(
                Optional.of(new Accuracy(0.5, new Interval(0.1, 0.9), 1, 3)),
                Optional.empty(),
                Map.of(),
                new int[] {1},
                List.of());
        assertTrue(ofNumbers(2, 3, 5).answersAs(ofNumbers(1, 1, 1)));
        assertTrue(classes.answersAs(classes));
        assertFalse(ofNumbers(2, 3, 5).answersAs(classes));
    }
}
