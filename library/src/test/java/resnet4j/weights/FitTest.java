package resnet4j.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import resnet4j.Shared;
import resnet4j.array.DType;
import resnet4j.array.HostTensor;
import resnet4j.weights.Fit.Spec;

class FitTest {
    private static final Spec VECTOR = new Spec(DType.F32, List.of(2L));

    @Test
    void to_givesTensorsInTheExpectedOrder() {
        var given = new LinkedHashMap<String, HostTensor>();
        for (String name : List.of("b", "a")) given.put(name, tensor(DType.F32, 2));
        var expected = new LinkedHashMap<String, Spec>();
        for (String name : List.of("a", "b")) expected.put(name, VECTOR);
        Map<String, HostTensor> fitted = Fit.to(expected, given).tensors();
        assertEquals(List.of("a", "b"), new ArrayList<>(fitted.keySet()));
        assertSame(given.get("a"), fitted.get("a"));
    }

    @Test
    void to_listsEverythingThatDoesNotFit() {
        var expected = Map.of("a", VECTOR, "b", VECTOR, "c", VECTOR, "d", VECTOR, "e", VECTOR);
        var given = Map.of(
                "c",
                tensor(DType.F32, 3),
                "d",
                tensor(DType.I64, 2),
                "e",
                tensor(DType.F16, 2),
                "x",
                tensor(DType.F32, 2));
        var e = assertThrows(MismatchException.class, () -> Fit.to(expected, given));
        assertEquals(List.of("a", "b"), sorted(e.missing()));
        assertEquals(List.of("x"), e.unexpected());
        assertEquals(
                List.of("c: expected F32[2], got F32[3]", "d: expected F32[2], got I64[2]"), sorted(e.misshaped()));
        for (String part :
                List.of("2 missing", "1 unexpected (x)", "2 of another shape", "c: expected F32[2], got F32[3]"))
            assertTrue(e.getMessage().contains(part), e.getMessage());
    }

    @Test
    void to_letsBatchNormCountersBeAbsentOnEitherSide() {
        var counter = new Spec(DType.I64, List.of());
        assertEquals(
                1,
                Fit.to(Map.of("a", VECTOR, "bn.num_batches_tracked", counter), Map.of("a", tensor(DType.F32, 2)))
                        .tensors()
                        .size());
        var given = Map.of("a", tensor(DType.F32, 2), "bn.num_batches_tracked", tensor(DType.I64));
        assertEquals(1, Fit.to(Map.of("a", VECTOR), given).tensors().size());
        assertEquals(
                2,
                Fit.to(Map.of("a", VECTOR, "bn.num_batches_tracked", counter), given)
                        .tensors()
                        .size());
    }

    /** Names before and after, as the projects publish them. */
    @ParameterizedTest
    @CsvSource({
        "torchvision, layer1.0.conv1.weight, layer1.0.conv1.weight",
        "akamaster, linear.weight, fc.weight",
        "akamaster, layer3.2.bn2.running_var, layer3.2.bn2.running_var",
        "cadene, last_linear.bias, fc.bias",
        "densenet-0.2, features.denseblock1.denselayer1.norm.1.weight, features.denseblock1.denselayer1.norm1.weight",
        "densenet-0.2, features.denseblock4.denselayer16.conv.2.weight, features.denseblock4.denselayer16.conv2.weight",
        "densenet-0.2, features.transition1.norm.weight, features.transition1.norm.weight",
        "huggingface-resnet, resnet.embedder.embedder.convolution.weight, conv1.weight",
        "huggingface-resnet, resnet.encoder.stages.3.layers.0.shortcut.normalization.bias, layer4.0.downsample.1.bias",
        "huggingface-resnet, resnet.encoder.stages.1.layers.2.layer.2.convolution.weight, layer2.2.conv3.weight",
        "huggingface-resnet, classifier.1.weight, fc.weight",
    })
    void maps_giveTorchvisionsNames(String map, String theirs, String ours) {
        NameMap named = NameMap.ALL.stream()
                .filter(m -> m.name().equals(map))
                .findFirst()
                .orElseThrow();
        assertEquals(ours, named.rename(theirs));
        Map<String, HostTensor> fitted = Fit.to(Map.of(ours, VECTOR), Map.of(theirs, tensor(DType.F32, 2)))
                .tensors();
        assertEquals(List.of(ours), List.copyOf(fitted.keySet()));
    }

    @Test
    void to_fitsThePublishedCifarResNet() throws Exception {
        var given = WeightFile.read(Shared.data("cifar-resnets/resnet20-12fca82f.th"))
                .tensors();
        var expected = new LinkedHashMap<String, Spec>(); // option-A shortcuts have no weights
        conv(expected, "conv1", "bn1", 3, 16);
        for (int stage = 1, in = 16; stage <= 3; stage++)
            for (int block = 0; block < 3; block++) {
                int out = 8 << stage;
                String name = "layer" + stage + "." + block + ".";
                conv(expected, name + "conv1", name + "bn1", in, out);
                conv(expected, name + "conv2", name + "bn2", out, out);
                in = out;
            }
        expected.put("fc.weight", new Spec(DType.F32, List.of(10L, 64L)));
        expected.put("fc.bias", new Spec(DType.F32, List.of(10L)));
        assertEquals(expected.keySet(), Fit.to(expected, given).tensors().keySet());
    }

    /** The head's own name is what tells whose names they are, also where the head itself is for other classes. */
    @ParameterizedTest
    @CsvSource({"state_dict.module., linear", "model., last_linear", "'', linear", "net.module., fc"})
    void to_leavesOutAHeadOfAnotherName(String path, String head) {
        var expected = new LinkedHashMap<String, Spec>();
        conv(expected, "conv1", "bn1", 3, 16);
        var given = new LinkedHashMap<String, HostTensor>();
        expected.forEach((name, spec) -> given.put(path + name, tensor(spec)));
        given.put(path + head + ".weight", tensor(DType.F32, 10, 16));
        given.put(path + head + ".bias", tensor(DType.F32, 10));
        expected.put("fc.weight", new Spec(DType.F32, List.of(6L, 16L)));
        expected.put("fc.bias", new Spec(DType.F32, List.of(6L)));
        Fit fit = Fit.to(expected, given, name -> name.startsWith("fc."));
        assertEquals(5, fit.tensors().size());
        assertSame(given.get(path + "conv1.weight"), fit.tensors().get("conv1.weight"));
        assertEquals(List.of(), fit.others(), "the same tensors by another path are no others");
    }

    private static HostTensor tensor(Spec spec) {
        return tensor(
                spec.dtype(), spec.shape().stream().mapToLong(Long::longValue).toArray());
    }

    private static void conv(Map<String, Spec> expected, String conv, String norm, long in, long out) {
        expected.put(conv + ".weight", new Spec(DType.F32, List.of(out, in, 3L, 3L)));
        for (String part : List.of("weight", "bias", "running_mean", "running_var"))
            expected.put(norm + "." + part, new Spec(DType.F32, List.of(out)));
    }

    private static HostTensor tensor(DType dtype, long... shape) {
        var sizes = new ArrayList<Long>();
        int bytes = dtype.bytes;
        for (long size : shape) {
            sizes.add(size);
            bytes *= (int) size;
        }
        return new HostTensor(dtype, sizes, ByteBuffer.allocate(bytes));
    }

    private static List<String> sorted(List<String> names) {
        var sorted = new ArrayList<>(names);
        Collections.sort(sorted);
        return sorted;
    }
}
