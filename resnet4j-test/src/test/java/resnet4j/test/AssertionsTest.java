package resnet4j.test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static resnet4j.test.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import resnet4j.config.Records;
import resnet4j.data.Skipped;
import resnet4j.eval.Evaluation;
import resnet4j.eval.Metrics;
import resnet4j.eval.Score;
import resnet4j.run.RunFolder;

/** Intervals are statsmodels' {@code proportion_confint(hits, n, method="wilson")}. */
class AssertionsTest {
    @TempDir
    Path folder;

    /** 50 of 60 healthy and 15 of 20 tumours are found. */
    private static Evaluation evaluation(List<Skipped> skipped) {
        var metrics = new Metrics(2, 0);
        add(metrics, 0, 0, 50);
        add(metrics, 0, 1, 10);
        add(metrics, 1, 1, 15);
        add(metrics, 1, 0, 5);
        return metrics.evaluation(List.of("healthy", "tumour"), i -> "", skipped);
    }

    private static void add(Metrics metrics, int truth, int answer, int times) {
        for (int i = 0; i < times; i++)
            metrics.add(new float[] {1 - answer, answer}, 1, 2, new int[] {truth}, new int[] {0});
    }

    private static void fails(String message, Executable assertion) {
        assertEquals(message, assertThrows(AssertionError.class, assertion).getMessage());
    }

    @Test
    void whatIsTrue_passes() {
        assertThat(evaluation(List.of()))
                .accuracy()
                .atLeast(0.81)
                .accuracy()
                .surelyAtLeast(0.71)
                .accuracy()
                .atMost(0.82)
                .calibrationError()
                .atMost(0.1)
                .onAtLeast(80)
                .readEveryPicture()
                .forClass("tumour")
                .recall()
                .atLeast(0.75)
                .precision()
                .atLeast(0.6)
                .takenFor("healthy")
                .atMost(0.25)
                .forClass("healthy")
                .f1()
                .atLeast(0.86)
                .overall()
                .rocArea()
                .atLeast(0.79);
    }

    @Test
    void failures_sayWhatWasMeasuredWithItsInterval() {
        var e = evaluation(List.of(new Skipped("a.png", "cut short")));
        fails(
                "accuracy: expected at least 0.9500, measured 0.8125 (65 of 80; 95 % interval 0.7134 to 0.8829)",
                () -> assertThat(e).accuracy().atLeast(0.95));
        fails(
                "accuracy: expected at least 0.8500, measured 0.8125 (65 of 80; 95 % interval 0.7134 to 0.8829); so few"
                        + " pictures do not tell it from 0.8500",
                () -> assertThat(e).accuracy().atLeast(0.85));
        fails(
                "accuracy: expected surely at least 0.8000, measured 0.8125 (65 of 80; 95 % interval 0.7134 to 0.8829);"
                        + " so few pictures do not tell it from 0.8000",
                () -> assertThat(e).accuracy().surelyAtLeast(0.8));
        fails(
                "recall of tumour: expected at least 0.9500, measured 0.7500 (15 of 20; 95 % interval 0.5313 to 0.8881)",
                () -> assertThat(e).forClass("tumour").recall().atLeast(0.95));
        fails(
                "precision of tumour: expected at least 0.9000, measured 0.6000 (15 of 25; 95 % interval 0.4074 to"
                        + " 0.7660)",
                () -> assertThat(e).forClass("tumour").precision().atLeast(0.9));
        fails( // by hand
                "loss: expected at most 0.1000, measured 0.5008 (95 % interval 0.4147 to 0.5868)",
                () -> assertThat(e).loss().atMost(0.1));
        fails(
                "loss: expected surely at most 0.5500, measured 0.5008 (95 % interval 0.4147 to 0.5868); so few pictures do not tell it from 0.5500",
                () -> assertThat((Score) e).number("loss").surelyAtMost(0.55));
        fails(
                "accuracy: expected surely better than guessing, which gets 0.7500, measured 0.8125 (65 of 80; 95 %"
                        + " interval 0.7134 to 0.8829)",
                () -> assertThat(e).betterThanGuessing());
        fails("pictures: expected that all can be read, and 1 cannot, such as a.png: cut short", () -> assertThat(e)
                .readEveryPicture());
        fails("pictures: expected at least 1000, measured on 80", () -> assertThat(e)
                .onAtLeast(1000));
    }

    @Test
    void wrongNames_areAMistakeOfTheTest() {
        var e = evaluation(List.of());
        var unknown =
                assertThrows(IllegalArgumentException.class, () -> assertThat(e).forClass("tumor"));
        assertEquals(
                "class: expected one of the network's 2, got 'tumor'. Did you mean 'tumour'?", unknown.getMessage());
        assertThat((Score) e)
                .number("top1")
                .atLeast(0.8)
                .number("loss")
                .atMost(0.6)
                .readEveryPicture();
        assertThrows(IllegalArgumentException.class, () -> assertThat((Score) e).number("miou"));
        var none = assertThrows(
                IllegalStateException.class,
                () -> assertThat(e).forClass("tumour").f1().surelyAtLeast(0));
        assertEquals(
                "F1 of tumour: expected a number with an interval for surelyAtLeast, and this one has none; use atLeast",
                none.getMessage());
    }

    @Test
    void runs_areJudgedByWhatTheyWereTestedBy() throws IOException {
        Files.writeString(folder.resolve("recipe.json"), "{}");
        var run = new RunFolder(folder);
        assertThrows(IOException.class, () -> assertThat(run));
        run.keepEvaluation(evaluation(List.of()));
        assertThat(run).accuracy().atLeast(0.8).forClass("healthy").recall().atLeast(0.8);
        Files.writeString(run.evaluation(), Records.write(List.of(1)));
        assertThrows(IOException.class, () -> assertThat(run));
    }
}
