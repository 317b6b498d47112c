package resnet4j.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import resnet4j.graph.Inference;
import resnet4j.tensor.Precision;

class DiagnosisTest {
    private static final Diagnosis.Cache GOOD_CACHE =
            new Diagnosis.Cache("/cache", true, Optional.of("me"), Optional.of("rwx------"), 9L << 30);
    private static final Diagnosis.Libtorch GOOD_ENGINE =
            new Diagnosis.Libtorch("2.10.0", "AVX512", true, true, true, true, 1);

    private static List<String> advice(
            Diagnosis.Libtorch engine, String waitPolicy, long memory, Diagnosis.Cache cache, String decoder) {
        var report = new Diagnosis(
                true,
                "1",
                new Diagnosis.Java("17", "v", "/java", 1L << 30),
                new Diagnosis.Os("Linux", "6", "amd64", 2, memory),
                Optional.of(engine),
                Optional.empty(),
                new Diagnosis.Threads(Optional.of(2), waitPolicy),
                decoder,
                cache,
                List.of());
        return report.advise();
    }

    @Test
    void advice_isSilentAboutAGoodMachine() {
        assertEquals(List.of(), advice(GOOD_ENGINE, "passive", 16L << 30, GOOD_CACHE, "OpenCV"));
    }

    @Test
    void advice_hasASentenceForEverythingWrong() {
        var slow = new Diagnosis.Libtorch("2.10.0", "DEFAULT", false, false, false, false, 1);
        var cache = new Diagnosis.Cache("/cache", false, Optional.of("me"), Optional.of("rwxrwxrwx"), 5L << 20);
        var advice = advice(slow, "not set", 2L << 30, cache, "JDK");
        assertEquals(7, advice.size(), advice::toString);
        var words = List.of(
                "delete that folder",
                "cannot be written",
                "5 MiB free",
                "OMP_WAIT_POLICY",
                "2.0 GiB",
                "decoded",
                "AVX2");
        for (int i = 0; i < words.size(); i++) assertTrue(advice.get(i).contains(words.get(i)), advice.get(i));
    }

    @Test
    void inference_saysHowAndWhy() {
        var plan = new Diagnosis.Answering(
                "cpu",
                Inference.Way.PLAN,
                Precision.FP32,
                Precision.BF16,
                Precision.BF16,
                Optional.of("AVX512_CORE_BF16"),
                "int8");
        assertEquals(
                "by the fused plan in fp32 on cpu: oneDNN uses AVX512_CORE_BF16; --precision auto is bf16, which"
                        + " is faster here; quantised networks in int8",
                plan.toString());
        var slow = new Diagnosis.Answering(
                "cpu", Inference.Way.PLAN, Precision.FP32, Precision.FP32, Precision.FP32, Optional.empty(), "floats");
        assertEquals(
                "by the fused plan in fp32 on cpu: without oneDNN, so that libtorch's slower kernels do it; --precision"
                        + " auto is fp32, and so is bf16, which is not multiplied here; quantised"
                        + " networks in floats",
                slow.toString());
        var without = new Diagnosis.Answering(
                "cpu",
                Inference.Way.PLAN,
                Precision.FP32,
                Precision.FP32,
                Precision.BF16,
                Optional.of("AVX10"),
                "int8");
        assertEquals(
                "by the fused plan in fp32 on cpu: oneDNN uses AVX10; --precision auto is fp32, for this processor"
                        + " multiplies bf16, but no faster; quantised networks in int8",
                without.toString());
        var gpu = new Diagnosis.Answering(
                "cuda:0",
                Inference.Way.EAGER,
                Precision.FP32,
                Precision.BF16,
                Precision.BF16,
                Optional.of("AVX2"),
                "int8");
        assertEquals("layer by layer in fp32 on cuda:0: the fused plan is for CPUs", gpu.toString());
    }
}
