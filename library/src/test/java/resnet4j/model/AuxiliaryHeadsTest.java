package resnet4j.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import resnet4j.nn.Init;

/** GoogLeNet and Inception-v3, whose training has more heads than their use. */
class AuxiliaryHeadsTest {
    /** torchvision's file of GoogLeNet has the auxiliary heads, and its network for inference does not. */
    @Test
    void weightsWithAuxiliaryHeads_fitANetworkWithoutThem() throws IOException {
        try (var nothing = Init.none();
                var trained = GoogLeNet.of(true).build();
                var net = GoogLeNet.of(false).build()) {
            trained.state().forEach(Shallow::fill);
            var weights = NetWeights.of(trained);
            assertTrue(weights.containsKey("aux1.fc1.weight"));
            NetWeights.load(net, weights, "a file");
            assertEquals(weights.get("fc.weight"), net.state().get("fc.weight").toHost());
            weights.put("fc3.weight", weights.get("fc.weight"));
            assertThrows(IOException.class, () -> NetWeights.load(net, weights, "a file"));
        }
        assertTrue(InceptionV3.of(false).leavesOut("AuxLogits.fc.weight"));
        assertFalse(InceptionV3.of(true).leavesOut("AuxLogits.fc.weight"));
    }

    @Tag("slow")
    @Test
    void everyParameter_getsAFiniteGradient_inInceptionsAuxiliaryHeadToo() {
        ArchitecturesTest.everyParameterGetsAFiniteGradient(InceptionV3.of(true).withClasses(7), 299);
    }
}
