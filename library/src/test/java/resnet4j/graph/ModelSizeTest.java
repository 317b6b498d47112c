package resnet4j.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.model.Models;

class ModelSizeTest {
    private final Map<String, ModelSize> known = ModelSize.known();

    /** torchvision 0.25, {@code sum(p.numel() for p in resnet50().parameters())}. */
    @ParameterizedTest
    @CsvSource({
        "resnet18,11689512",
        "resnet34,21797672",
        "resnet50,25557032",
        "resnet101,44549160",
        "resnet152,60192808",
        "resnext50_32x4d,25028904",
        "wide_resnet50_2,68883240"
    })
    void parameters_equalTorchvisions(String model, long parameters) {
        assertEquals(parameters, known.get(model).parameters());
    }

    @ParameterizedTest
    @ValueSource(strings = {"resnet20", "plain20", "squeezenet1_1"})
    void knownSizes_areTheMeasuredOnes(String model) {
        assertEquals(ModelSize.measure(Models.get(model)), known.get(model));
    }

    @Test
    @Tag("slow")
    void knownSizes_areTheMeasuredOnesOfEveryModel() {
        for (var entry : Models.all()) assertEquals(ModelSize.measure(entry), known.get(entry.name()));
        assertEquals(Models.all().size(), known.size());
    }
}
