package resnet4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import resnet4j.config.Records;

class SummaryCommandTest {
    /**
     * The first five: torchvision 0.25, {@code sum(p.numel() for p in resnet50().parameters())}. The others: the table
     * of github.com/akamaster/pytorch_resnet_cifar10; He et al. 2015, table 6, rounds them to 0.27, 0.46, 0.66, 0.85,
     * 1.7 and 19.4 million.
     */
    @ParameterizedTest
    @CsvSource({
        "resnet18, 11689512",
        "resnet34, 21797672",
        "resnet50, 25557032",
        "resnet101, 44549160",
        "resnet152, 60192808",
        "resnet20, 269722",
        "resnet32, 464154",
        "resnet44, 658586",
        "resnet56, 853018",
        "resnet110, 1727962",
        "resnet1202, 19421274"
    })
    void summary_countsParametersAsPublished(String model, long parameters) {
        StringWriter out = new StringWriter(), err = new StringWriter();
        int code = Main.run(
                new PrintWriter(out), new PrintWriter(err), "summary", model, "--size", "32", "--depth", "1", "--json");
        assertEquals(0, code, err::toString);
        assertEquals(parameters, Records.parse(out.toString()).get("parameters").longValue());
        assertEquals(model, Records.parse(out.toString()).get("model").textValue());
    }

    /** Torchvision's counts, with the auxiliary head at 21 classes. */
    @ParameterizedTest
    @CsvSource({
        "fcn_resnet50, 35322218",
        "fcn_resnet101, 54314346",
        "deeplabv3_resnet50, 42004074",
        "deeplabv3_resnet101, 60996202"
    })
    void summary_countsTheParametersOfNetworksForEachPixel(String model, long parameters) {
        summary_countsParametersAsPublished(model, parameters);
    }

    @Test
    void summary_takesAUsualSizeWherePicturesAreOfAny() {
        StringWriter out = new StringWriter(), err = new StringWriter();
        assertEquals(
                0,
                Main.run(new PrintWriter(out), new PrintWriter(err), "summary", "unet_resnet18", "--json"),
                err::toString);
        assertEquals("[1,3,256,256]", Records.parse(out.toString()).get("input").toString());
    }

    @Test
    void plan_saysWhatEveryOperationRunsOn() {
        StringWriter out = new StringWriter(), err = new StringWriter();
        assertEquals(0, Main.run(new PrintWriter(out), new PrintWriter(err), "summary", "resnet20", "--plan"));
        var text = out.toString();
        // 19 convolutions, batch norms and activations inside, the pool and one linear layer; two option A shortcuts
        assertTrue(text.contains("plan in fp32 for images [1, 3, 32, 32]: 21 calls of oneDNN, "), text);
        assertTrue(text.contains("oneDNN F32: fc.linear"), text);
        assertTrue(text.contains("libtorch F32: layer2.0"), text);
    }
}
