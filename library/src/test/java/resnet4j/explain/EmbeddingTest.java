package resnet4j.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import resnet4j.data.DataSource;
import resnet4j.data.Label;
import resnet4j.eval.Outputs;
import resnet4j.model.ModelFile;

class EmbeddingTest {
    @Test
    void nearest_areThoseOfTheLargestCosine() {
        // by hand: the cosines of (1, 1) with these are 0, 1/sqrt(2), 1, -1, 1/sqrt(2), and 0 of what has no direction
        var rows = List.of(
                new float[] {1, -1},
                new float[] {0, 3},
                new float[] {2, 2},
                new float[] {-1, -1},
                new float[] {5, 0},
                new float[2]);
        var labels = rows.stream().map(row -> new Label(0)).toList();
        var embedding = new Embedding(new Outputs<>(rows, labels, new int[] {10, 11, 12, 13, 14, 15}, List.of()));
        var near = embedding.nearest(new float[] {1, 1}, 4);
        assertEquals(
                List.of(12, 11, 14, 10),
                near.stream().map(Embedding.Near::index).toList());
        assertEquals(1, near.get(0).cosine(), 1e-6);
        assertEquals(Math.sqrt(.5), near.get(1).cosine(), 1e-6);
        assertEquals(6, embedding.nearest(new float[] {1, 1}, 100).size());
        var wrong = assertThrows(IllegalArgumentException.class, () -> embedding.nearest(new float[3], 1));
        assertTrue(wrong.getMessage().contains("expected 2 numbers"), wrong.getMessage());
    }

    @Test
    void aPictureOfTheSet_isFoundFirst() throws IOException {
        var data = DataSource.parse("shapes:60").train();
        try (var opened = ModelFile.open("resnet20", Optional.empty(), OptionalInt.of(8))) {
            var explainer = new Explainer(opened);
            var embedding = explainer.embedding(data, 0, n -> {});
            assertEquals(data.size(), embedding.size());
            assertEquals(64, embedding.width());
            var seen = opened.file().preprocess().read(data.picture(7));
            var features = explainer.features(seen);
            var near = embedding.nearest(features, 3);
            assertEquals(7, near.get(0).index());
            assertEquals(1, near.get(0).cosine(), 1e-6);
            var heat = explainer.heat(seen, 3, Method.named("gradcam", Optional.empty()));
            assertEquals(seen.height(), heat.height());
            assertEquals(seen.width(), heat.width());
        }
    }
}
