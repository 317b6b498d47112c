package resnet4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.config.Records;
import resnet4j.model.Models;

class ModelsCommandTest {
    private final Map<String, ModelsCommand.Size> known = ModelsCommand.Size.known();

    private static List<ModelsCommand.Model> list(String... args) {
        var out = new StringWriter();
        assertEquals(0, Main.run(new PrintWriter(out), new PrintWriter(new StringWriter()), args));
        return Records.read(out.toString(), ModelsCommand.Listing.class).models();
    }

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
        assertEquals(ModelsCommand.Size.measure(Models.get(model)), known.get(model));
    }

    @Test
    @Tag("slow")
    void knownSizes_areTheMeasuredOnesOfEveryModel() {
        for (var entry : Models.all()) assertEquals(ModelsCommand.Size.measure(entry), known.get(entry.name()));
        assertEquals(Models.all().size(), known.size());
    }

    @Test
    void models_listsAFamilyWithItsPublishedWeights() {
        var models = list("models", "--family", "resnext", "--json");
        assertTrue(models.size() >= 3, models::toString);
        var model = models.get(0);
        assertEquals("resnext50_32x4d", model.name());
        assertEquals("3x224x224", model.input());
        assertEquals("arXiv:1611.05431", model.paper());
        var weights = model.weights().get(0);
        assertEquals("resnext50_32x4d.tv_in1k_v1", weights.id());
        assertEquals(0.77618, weights.top1().orElseThrow()); // torchvision's documentation: 77.618
    }

    @Test
    void models_refusesAnUnknownFamily() {
        var err = new StringWriter();
        assertEquals(2, Main.run(new PrintWriter(new StringWriter()), new PrintWriter(err), "models", "--family", "x"));
        assertTrue(err.toString().startsWith("resnet4j: --family: expected one of resnet, "), err::toString);
    }
}
