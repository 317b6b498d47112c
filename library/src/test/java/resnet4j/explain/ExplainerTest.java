package resnet4j.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import resnet4j.data.DataSource;
import resnet4j.eval.Neighbours;
import resnet4j.model.ModelFile;

class ExplainerTest {
    @Test
    void aPictureOfTheSet_isFoundFirst() throws IOException {
        var data = DataSource.parse("shapes:60").train();
        try (var opened = ModelFile.open("resnet20", Optional.empty(), OptionalInt.of(8))) {
            var explainer = new Explainer(opened);
            var all = Neighbours.of(explainer.features(data, 0, n -> {}));
            assertEquals(data.size(), all.size());
            assertEquals(64, all.width());
            var seen = opened.file().preprocess().read(data.picture(7));
            var near = all.nearest(explainer.features(seen), 3);
            assertEquals(7, near.get(0).place());
            assertEquals(1, near.get(0).cosine(), 1e-6);
            var heat = explainer.heat(seen, 3, Method.named("gradcam", Optional.empty()));
            assertEquals(seen.height(), heat.height());
            assertEquals(seen.width(), heat.width());
        }
    }
}
