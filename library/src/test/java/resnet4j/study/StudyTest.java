package resnet4j.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import resnet4j.model.ClassificationNet;
import resnet4j.tensor.Losses;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;
import resnet4j.train.Runs;
import resnet4j.train.Squares;

class StudyTest {
    @Test
    void everyVariation_isARecipeOfItsOwn() {
        for (var study : Study.all()) {
            var recipes = study.variations().stream()
                    .map(v -> List.of(v.images(), study.recipe(v, 2, 0, List.of())))
                    .distinct()
                    .toList();
            assertEquals(study.variations().size(), recipes.size(), study.name());
        }
    }

    @Test
    void fewPictures_areSeenAsOften() {
        var study = Study.named("small-data");
        for (var variation : study.variations()) {
            var recipe = study.recipe(variation, 3, 0, List.of());
            assertEquals(15_000, recipe.epochs() * variation.images(), variation.name());
            var data = variation.of(Squares.source(20_000));
            assertEquals(variation.images(), data.train().size());
            assertEquals(30, data.test().orElseThrow().size());
        }
    }

    @Test
    void unknownStudy_proposesTheNearest() {
        var e = assertThrows(IllegalArgumentException.class, () -> Study.named("degredation"));
        assertTrue(e.getMessage().endsWith("got 'degredation'. Did you mean 'degradation'?"), e::getMessage);
    }

    /** Along its own direction, the gradient's length is the loss's derivative. */
    @Test
    void gradientNorms_areDerivatives() {
        var recipe = Runs.recipe();
        Ops.seed(3);
        try (var scope = new NativeScope();
                var net = recipe.architectureFor(3).build()) {
            var images = Tensor.randn(16, 3, 8, 8);
            var labels = Tensor.of(IntStream.range(0, 16).mapToLong(i -> i % 3).toArray(), 16);
            var norms = GradientNorms.of(net, images, labels).layers();
            assertEquals(
                    List.of("conv1", "layer1.0.conv1", "layer1.0.conv2", "layer2.0.conv1", "layer2.0.conv2"),
                    norms.stream().map(GradientNorms.Layer::path).toList());
            Losses.crossEntropy(net.apply(images), labels, 0).backward();
            for (var norm : norms) {
                var weight = net.parameters().get(norm.path() + ".weight");
                var start = weight.toFloats();
                var direction = weight.grad().toFloats();
                double step = 1e-2; // in float32, the middle of truncation and rounding
                double up = loss(net, images, labels, weight, start, direction, step / norm.gradient());
                double down = loss(net, images, labels, weight, start, direction, -step / norm.gradient());
                assertEquals(norm.gradient(), (up - down) / (2 * step), 0.03 * norm.gradient(), norm::toString);
                double length = Math.sqrt(IntStream.range(0, start.length)
                        .mapToDouble(i -> (double) start[i] * start[i])
                        .sum());
                assertEquals(norm.gradient() / length, norm.relative(), 1e-9);
            }
        }
    }

    private static double loss(
            ClassificationNet net,
            Tensor images,
            Tensor labels,
            Tensor weight,
            float[] start,
            float[] direction,
            double step) {
        var moved = new float[start.length];
        for (int i = 0; i < moved.length; i++) moved[i] = (float) (start[i] + step * direction[i]);
        weight.set(Tensor.of(moved, weight.shape()));
        double loss = Losses.crossEntropy(net.apply(images), labels, 0).item();
        weight.set(Tensor.of(start, weight.shape()));
        return loss;
    }
}
