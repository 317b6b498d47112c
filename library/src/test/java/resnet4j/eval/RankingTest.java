package resnet4j.eval;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import resnet4j.config.Records;
import resnet4j.data.Label;

class RankingTest {
    private static final double ROUNDING = 1e-12; // sums of 60 doubles

    private static JsonNode golden() throws IOException {
        try (var in = RankingTest.class.getResourceAsStream("ranking.json")) {
            return Records.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private static double[] numbers(JsonNode list) {
        return IntStream.range(0, list.size())
                .mapToDouble(i -> list.get(i).asDouble())
                .toArray();
    }

    /** The golden has few different scores, so that many pictures tie. */
    @Test
    void curvesAndAreas_areThoseOfScikitLearn() throws IOException {
        var golden = golden();
        var labels = numbers(golden.get("labels"));
        for (int c = 0; c < golden.get("classes").size(); c++) {
            var told = golden.get("classes").get(c);
            var values = numbers(told.get("scores"));
            var scores = new float[values.length];
            var positive = new boolean[values.length];
            for (int i = 0; i < scores.length; i++) {
                scores[i] = (float) values[i];
                positive[i] = labels[i] == c;
            }
            var ranking = Ranking.of(scores, positive);
            assertEquals(told.get("auc").asDouble(), ranking.auc(), ROUNDING);
            assertEquals(told.get("averagePrecision").asDouble(), ranking.averagePrecision(), ROUNDING);
            var falseAlarms = numbers(told.get("falseAlarms"));
            assertArrayEquals(falseAlarms, each(ranking, ranking::falseAlarms), ROUNDING);
            assertArrayEquals(numbers(told.get("recall")), each(ranking, ranking::recall), ROUNDING);
            // scikit-learn ends its precision-recall curve where all positives are found
            var precision = numbers(told.get("precision"));
            for (int i = 0; i < precision.length; i++)
                assertEquals(precision[i], ranking.precision(ranking.cuts().get(i)), ROUNDING);
            assertTrue(precision.length > 10);
        }
    }

    private static double[] each(Ranking ranking, ToDoubleFunction<Ranking.Cut> number) {
        return ranking.cuts().stream().mapToDouble(number).toArray();
    }

    @Test
    void classes_areRankedByTheirOdds() throws IOException {
        var golden = golden();
        var rows = new ArrayList<float[]>();
        for (var row : golden.get("logits")) {
            var numbers = numbers(row);
            var logits = new float[numbers.length];
            for (int i = 0; i < logits.length; i++) logits[i] = (float) numbers[i];
            rows.add(logits);
        }
        var labels = new ArrayList<Label>();
        for (double label : numbers(golden.get("labels"))) labels.add(new Label((int) label));
        var indices = IntStream.range(0, rows.size()).toArray();
        var outputs = new Outputs<>(rows, labels, indices, List.of());
        for (int c = 0; c < golden.get("classes").size(); c++) {
            var told = golden.get("classes").get(c);
            var ranking = Ranking.of(outputs, c);
            assertEquals(told.get("auc").asDouble(), ranking.auc(), ROUNDING);
            assertEquals(told.get("averagePrecision").asDouble(), ranking.averagePrecision(), ROUNDING);
        }
    }

    /** Probabilities of these would be 1 and 0 in 64 bits, and equal; the odds are not. */
    @Test
    void odds_tellPicturesApartWhereProbabilitiesTie() {
        assertEquals(1000, Ranking.logOdds(new float[] {1000, 0}, 0), 0);
        assertEquals(900, Ranking.logOdds(new float[] {900, 0}, 0), 0);
        assertEquals(-1000, Ranking.logOdds(new float[] {1000, 0}, 1), 0);
    }
}
