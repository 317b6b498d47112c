package resnet4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import resnet4j.config.Records;

/** Published weights get the accuracy that PyTorch gives them, to the picture. */
class EvalCommandTest {
    private static JsonNode eval(String model, String weights, String data, String... options) {
        StringWriter out = new StringWriter(), err = new StringWriter();
        var shared = Shared.folder();
        var args = new ArrayList<>(List.of("eval", model, "--json", "--precision", "fp32"));
        args.addAll(List.of("--weights", shared.resolve(weights).toString()));
        args.addAll(List.of("--data", data.replace(":", ":" + shared + "/")));
        args.addAll(List.of(options));
        assertEquals(
                0, Main.run(new PrintWriter(out), new PrintWriter(err), args.toArray(String[]::new)), err::toString);
        return Records.parse(out.toString());
    }

    /** PyTorch's counts with Pillow's pixels; the decoder and the resize here give the same bytes. */
    @Test
    void squeezenet_isRightOnAsManyPhotographsOfImageNet() {
        var result = eval(
                "squeezenet1_0", "squeezenet-imagenet/squeezenet1_0.pth", "list:imagenet-60/labels.tsv", "--batch=20");
        assertEquals(60, result.get("samples").intValue());
        assertEquals(31, result.get("correct").intValue());
        assertEquals(51, result.get("top5Correct").intValue());
    }

    /** The counts of PyTorch on these files. */
    @Tag("slow")
    @ParameterizedTest
    @CsvSource({"resnet20, resnet20-12fca82f.th, 9173", "resnet56, resnet56-4bfd9763.th, 9339"})
    void cifarNetworks_areRightOnAsManyTestPictures(String model, String weights, int correct) {
        var result = eval(
                model,
                "cifar-resnets/" + weights,
                "cifar10:cifar-10-binary.tar.xz",
                "--mean=0.485,0.456,0.406",
                "--std=0.229,0.224,0.225");
        assertEquals(10_000, result.get("samples").intValue());
        assertEquals(correct, result.get("correct").intValue());
    }
}
