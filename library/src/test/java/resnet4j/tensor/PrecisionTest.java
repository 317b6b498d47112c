package resnet4j.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import resnet4j.array.DType;

class PrecisionTest {
    @Test
    void bf16_isFp32WhereTheProcessorDoesNotMultiplyIt() {
        assertSame(Precision.FP32, Precision.BF16.on(Device.CPU, false));
        assertSame(Precision.BF16, Precision.BF16.on(Device.CPU, true));
        assertSame(Precision.BF16, Precision.BF16.on(new Device(true, 0), false)); // a GPU has its own
        assertSame(Precision.FP32, Precision.FP32.on(Device.CPU, true));
    }

    @Test
    void auto_isNeverChangedByWhereItRuns_andTheChangeIsSaidAtMostOnce() {
        var said = new ArrayList<String>();
        var handler = new Handler() {
            @Override
            public void publish(LogRecord line) {
                said.add(line.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        var log = Logger.getLogger("resnet4j.tensor");
        log.addHandler(handler);
        try {
            assertSame(Precision.parse("auto"), Precision.parse("auto").on(Device.CPU));
            assertEquals(List.of(), said);
            Precision.BF16.on(Device.CPU);
            Precision.BF16.on(Device.CPU);
            assertTrue(said.size() <= (Precision.bf16InHardware() ? 0 : 1), said::toString); // none if said before
        } finally {
            log.removeHandler(handler);
        }
    }

    @Test
    void auto_isBf16WhereThatIsFaster_ofWhatTheProcessorMultiplies() {
        assertTrue(Precision.bf16IsFaster(true, "GenuineIntel")); // Sapphire Rapids and later, with AMX
        assertFalse(Precision.bf16IsFaster(false, "GenuineIntel")); // Cooper Lake; a machine that hides AMX
        assertTrue(Precision.bf16IsFaster(false, "AuthenticAMD")); // Zen 4 and 5
        assertSame(Precision.bf16IsFaster() ? Precision.BF16 : Precision.FP32, Precision.parse("auto"));
        assertTrue(Precision.bf16InHardware() || !Precision.bf16IsFaster());
    }

    /** {@code ONEDNN_MAX_CPU_ISA=AVX2} must be obeyed, as it stands for a processor that has no more. */
    @Test
    void bf16_needsInstructionsThatOneDnnMayUse() {
        var set = OneDnn.available(DType.F32) ? OneDnn.instructionSet() : "";
        if (set.contains("AMX")) assertTrue(Precision.bf16IsFaster());
        if (set.startsWith("AVX2") || set.equals("AVX512_CORE")) assertEquals(false, Precision.bf16InHardware());
        if (set.contains("BF16") || set.contains("AMX")) assertEquals(true, Precision.bf16InHardware());
    }
}
