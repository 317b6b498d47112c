package resnet4j.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import resnet4j.config.Records;
import resnet4j.nn.Norm;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** Architectures as saved models and recipes say them. */
class DescriptionTest {
    /** Name and description of every registered network, as 4cd637e saved them; what blocks begin with was another then. */
    static List<String> saved() throws IOException {
        return Shallow.lines("descriptions.tsv");
    }

    @ParameterizedTest
    @MethodSource("saved")
    void aDescriptionOfBefore_isTheSameNetwork_andIsWrittenAsItWas(String line) {
        var cells = line.split("\t");
        var architecture = Models.readArchitecture(Records.parse(cells[1]));
        var today = Models.get(cells[0]).architecture();
        assertEquals(today instanceof ResNetConfig c ? c.withZeroInitLast(false) : today, architecture);
        assertEquals(cells[1], Models.write(architecture).toString());
    }

    /** What recipes change of an architecture, as they always said it. */
    @Test
    void changesOfARecipe_changeTheParts() {
        var changes = Records.parse("{\"depths\":[1,2],\"planes\":[4,8],\"stochasticDepth\":0.3,\"shortcut\":\"c\"}");
        var changed = Records.overlay(Models.get("resnet20").architecture(), changes);
        var expected = ResNetConfig.cifar(20)
                .withStages(new Stage(1, 4, 1, 1), new Stage(2, 8, 2, 1))
                .withRegularisation(new Regularisation(0, 0.3))
                .withShortcut(new Shortcut.C());
        assertEquals(expected, changed);
    }

    @Test
    void stridesAndDilations_areSaidWhereTheyAreUnusual() {
        var dilated = ResNetConfig.imagenet(new Block.Bottleneck(), 1, 1, 1, 1).withOutputStride(8);
        var json = Records.tree(dilated);
        assertEquals("[1,2,1,1]", json.get("strides").toString());
        assertEquals("[1,1,2,4]", json.get("dilations").toString());
        assertEquals(dilated, Records.read(json, ResNetConfig.class));
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad();
                var net = dilated.build();
                var body = BackboneConfig.of(dilated).build()) {
            assertEquals(
                    List.copyOf(body.state().keySet()),
                    net.state().keySet().stream()
                            .filter(name -> !name.startsWith("fc."))
                            .toList());
            var deepest = body.level("layer4");
            assertEquals(8, deepest.stride());
            assertEquals(5, body.map(Tensor.rand(1, 3, 40, 40)).size(2));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "res2net50_26w_4s|blurPool=true|blurPool: a res2 block does not blur; expected false",
                "skresnet18|blurPool=true|blurPool: a selectiveBasic block does not blur; expected false",
                "skresnet50|dropBlock=0.1|dropBlock: a selectiveBottleneck block has no place for it; expected 0",
                "resnest50d|dropBlock=0.1|dropBlock: a splitAttention block has no place for it; expected 0",
                "uniform8|dropBlock=0.1|dropBlock: it begins in the third of the stages, got 1; expected 0",
                "resnet18|groups=32|groups: a basic block has 1, got 32; use bottleneck",
                "resnet18|groupWidth=4|groupWidth: a basic block has 64, got 4; use bottleneck",
                "resnest50d|groups=2|groups: a splitAttention block has 1, got 2; use bottleneck",
                "resnet50|groups=0|groups: expected at least 1, got 0",
                "resnet50|depths=[]|depths: expected 1 to 4 stages, got []",
                "resnet50|depths=[1,2]|planes: expected one for each of 2 stages, got [64, 128, 256, 512]",
                "resnet50|depths.0=0|depths: expected at least 1 block, got [0, 4, 6, 3]",
                "resnet50|strides=[1,3,2,2]|stride: expected 1 or 2, got 3",
                "senet154|dilations=[1,1,2,2]|dilations: a senet block does not dilate",
                "resnetblur50|dilations=[1,1,2,2]|dilations: a network with blurPool or the shortcut senet does not",
                "resnet50|stem=conv4|stem: unknown type 'conv4'. Did you mean 'conv3'?",
            })
    void optionsThatAPartLacks_areRefused(String name, String change, String sentence) {
        var changes = Records.set(Records.parse("{}"), change);
        var refused = assertThrows(
                IllegalArgumentException.class,
                () -> Records.overlay(Models.get(name).architecture(), changes));
        assertTrue(refused.getMessage().startsWith(sentence), refused.getMessage());
    }

    /** Names of the registry, what else their saved description said, and what of it is left. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "skresnet50|dropBlock=0.1|dropBlock=0",
                "uniform8|dropBlock=0.1|dropBlock=0",
                "skresnet18|stem=conv3 blurPool=true|stem=conv3",
                "resnet20|norm={'type':'shiftedBatch','momentum':0.1,'eps':1e-5} zeroInitLast=true"
                        + "|norm={'type':'shiftedBatch','momentum':0.1,'eps':1e-5}",
            })
    void savedOptionsThatDidNothing_areLeftOut(String name, String said, String left) {
        assertEquals(Models.readArchitecture(saved(name, left)), Models.readArchitecture(saved(name, said)));
    }

    @Test
    void aSavedStemThatAloneBlurs_isRefused() {
        var refused = assertThrows(
                IllegalArgumentException.class,
                () -> Models.readArchitecture(saved("res2net50_26w_4s", "blurPool=true")));
        assertEquals(
                "blurPool: a network of res2 blocks whose stem alone blurs is no longer built; train it again with"
                        + " blurPool=false",
                refused.getMessage());
    }

    private static JsonNode saved(String name, String changes) {
        var json = Models.write(Models.get(name).architecture());
        for (var change : changes.split(" ")) json = Records.set(json, change.replace('\'', '"'));
        return json;
    }

    @Test
    void zeroInitLast_wantsANormThatTrainsItsScale() {
        var config = ResNetConfig.cifar(8).withZeroInitLast(true);
        assertThrows(IllegalArgumentException.class, () -> config.withNorm(new Norm.ShiftedBatch(0.1, 1e-5)));
        for (var norm : List.of(Norm.BATCH, new Norm.Group(4, 1e-5)))
            try (var scope = new NativeScope();
                    var net = config.withNorm(norm).build()) {
                assertEquals(
                        0,
                        Ops.sum(net.state().get("layer1.0.bn2.weight"), List.of(0), false)
                                .item());
                assertEquals(
                        16,
                        Ops.sum(net.state().get("layer1.0.bn1.weight"), List.of(0), false)
                                .item());
            }
    }
}
