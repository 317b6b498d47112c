package resnet4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import resnet4j.config.Records;

class ModelsCommandTest {
    private static List<ModelsCommand.Model> list(String... args) {
        var out = new StringWriter();
        assertEquals(0, Main.run(new PrintWriter(out), new PrintWriter(new StringWriter()), args));
        return Records.read(out.toString(), ModelsCommand.Listing.class).models();
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
