package resnet4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import resnet4j.config.Records;
import resnet4j.graph.Inference;
import resnet4j.tensor.Precision;

class DoctorCommandTest {
    private static final DoctorCommand.Cache GOOD_CACHE =
            new DoctorCommand.Cache("/cache", true, Optional.of("me"), Optional.of("rwx------"), 9L << 30);
    private static final DoctorCommand.Libtorch GOOD_ENGINE =
            new DoctorCommand.Libtorch("2.10.0", "AVX512", true, true, true, true, 1);

    private static List<String> advice(
            DoctorCommand.Libtorch engine, String waitPolicy, long memory, DoctorCommand.Cache cache, String decoder) {
        var report = new DoctorCommand.Report(
                true,
                "1",
                new DoctorCommand.Java("17", "v", "/java", 1L << 30),
                new DoctorCommand.Os("Linux", "6", "amd64", 2, memory),
                Optional.of(engine),
                Optional.empty(),
                new DoctorCommand.Threads(Optional.of(2), waitPolicy),
                decoder,
                cache,
                new ArrayList<>());
        DoctorCommand.advise(report);
        return report.advice();
    }

    @Test
    void advice_isSilentAboutAGoodMachine() {
        assertEquals(List.of(), advice(GOOD_ENGINE, "passive", 16L << 30, GOOD_CACHE, "OpenCV"));
    }

    @Test
    void advice_hasASentenceForEverythingWrong() {
        var slow = new DoctorCommand.Libtorch("2.10.0", "DEFAULT", false, false, false, false, 1);
        var cache = new DoctorCommand.Cache("/cache", false, Optional.of("me"), Optional.of("rwxrwxrwx"), 5L << 20);
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
    void doctor_reportsTheEngineAsJson() {
        var out = new StringWriter();
        assertEquals(0, Main.run(new PrintWriter(out), new PrintWriter(new StringWriter()), "doctor", "--json"));
        var report = Records.read(out.toString(), DoctorCommand.Report.class);
        assertTrue(report.ok());
        assertTrue(report.engine().orElseThrow().version().startsWith("2."), out::toString);
        assertEquals(System.getProperty("java.version"), report.java().version());
        var inference = report.inference().orElseThrow();
        assertEquals(inference.device().equals("cpu") ? Inference.Way.PLAN : Inference.Way.EAGER, inference.way());
    }

    @Test
    void inference_saysHowAndWhy() {
        var plan = new DoctorCommand.Answering(
                "cpu", Inference.Way.PLAN, Precision.FP32, Precision.BF16, Optional.of("AVX512_CORE_BF16"));
        assertEquals(
                "by the fused plan in fp32 on cpu: oneDNN uses AVX512_CORE_BF16; --precision auto is bf16, which"
                        + " is multiplied here",
                plan.toString());
        var slow = new DoctorCommand.Answering(
                "cpu", Inference.Way.PLAN, Precision.FP32, Precision.FP32, Optional.empty());
        assertEquals(
                "by the fused plan in fp32 on cpu: without oneDNN, so that libtorch's slower kernels do it; --precision"
                        + " auto is fp32, and so is bf16, which is not multiplied here",
                slow.toString());
        var gpu = new DoctorCommand.Answering(
                "cuda:0", Inference.Way.EAGER, Precision.FP32, Precision.BF16, Optional.of("AVX2"));
        assertEquals("layer by layer in fp32 on cuda:0: the fused plan is for CPUs", gpu.toString());
    }
}
