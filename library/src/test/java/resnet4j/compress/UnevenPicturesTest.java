package resnet4j.compress;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import resnet4j.data.Batch;
import resnet4j.data.Label;
import resnet4j.data.Pixels;
import resnet4j.image.Image;
import resnet4j.image.Preprocess;
import resnet4j.model.ModelFile;
import resnet4j.model.Models;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** Pictures of several sizes, for a classifier that crops nothing: what they are padded with in a batch is not looked at. */
class UnevenPicturesTest {
    private static final int[][] SIZES = {{32, 60}, {47, 45}, {32, 60}, {61, 33}};

    private final List<Image> images = new ArrayList<>();
    private NativeScope scope;
    private ModelFile.Opened opened;

    @BeforeEach
    void make() {
        Ops.seed(0);
        scope = new NativeScope();
        var architecture = Models.get("resnet20").architecture().withClasses(SIZES.length);
        var classes = IntStream.range(0, SIZES.length).mapToObj(i -> "c" + i).toList();
        var file = new ModelFile("resnet20", architecture, Preprocess.none(), classes, Map.of(), "{}", Map.of());
        opened = new ModelFile.Opened(file, architecture.build());
        opened.net().train(false);
        var random = new Random(0);
        for (var size : SIZES) {
            var image = new Image(size[0], size[1], new byte[3 * size[0] * size[1]]);
            random.nextBytes(image.rgb());
            images.add(image);
        }
    }

    @AfterEach
    void close() {
        opened.close();
        scope.close();
    }

    /** Picture {@code i} is of class {@code i}. */
    private Batch<Label> batch(int... indices) {
        var pixels = Pixels.of(IntStream.of(indices).mapToObj(images::get).toList(), 1);
        var labels = IntStream.of(indices).mapToObj(Label::new).toList();
        return new Batch<>(List.of(pixels), labels, indices, Optional.empty());
    }

    @Test
    void lossThatImportancesGoBy_isTheMeanOfEachPicturesOwn() {
        double sum = 0;
        for (int i = 0; i < SIZES.length; i++)
            sum += Subject.CLASSES.loss(opened, batch(i)).item();
        double together = Subject.CLASSES.loss(opened, batch(0, 1, 2, 3)).item();
        assertEquals(sum / SIZES.length, together, 1e-5);
    }

    @Test
    void calibration_isShownNothingElse() {
        var shown = new ArrayList<Tensor>();
        OneGraph.of(opened, Optional.empty()).show(batch(0, 1, 2, 3), (name, some) -> shown.add(some));
        assertEquals(SIZES.length, shown.size());
        List<Double> mean = opened.file().preprocess().mean(),
                std = opened.file().preprocess().std();
        for (int i = 0; i < SIZES.length; i++) {
            assertArrayEquals(
                    new long[] {1, 3, SIZES[i][1], SIZES[i][0]}, shown.get(i).shape());
            double expected = 0, got = 0;
            byte[] rgb = images.get(i).rgb();
            for (int b = 0; b < rgb.length; b++)
                expected += ((rgb[b] & 255) / 255.0 - mean.get(b % 3)) / std.get(b % 3);
            for (float value : shown.get(i).toFloats()) got += value;
            assertEquals(expected / rgb.length, got / rgb.length, 1e-5);
        }
    }
}
