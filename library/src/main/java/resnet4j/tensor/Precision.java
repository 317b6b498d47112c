package resnet4j.tensor;

import java.util.concurrent.atomic.AtomicBoolean;
import resnet4j.array.DType;

/** What convolutions and linear layers compute in; weights, norms and losses stay in 32-bit floats. */
public enum Precision {
    FP32,
    /** bfloat16 inputs and products, accumulated in 32 bits: no loss scaling needed. */
    BF16;

    private static final AtomicBoolean SAID = new AtomicBoolean();

    /** Reads {@code fp32}, {@code bf16}, or {@code auto}: bf16 where the processor is faster in it. */
    public static Precision parse(String text) {
        return switch (text) {
            case "fp32" -> FP32;
            case "bf16" -> BF16;
            case "auto" -> bf16IsFaster() ? BF16 : FP32;
            default -> throw new IllegalArgumentException("precision: expected fp32, bf16 or auto, got " + text);
        };
    }

    /** Whether the processor multiplies bfloat16 natively, as far as oneDNN may use it ({@code ONEDNN_MAX_CPU_ISA}). */
    public static boolean bf16InHardware() {
        if (OneDnn.available(DType.F32)) return OneDnn.bf16InHardware();
        return Cpu.has("avx512_bf16") || Cpu.has("amx_bf16");
    }

    /**
     * Whether it multiplies more of them at a time than 32-bit floats: many times as many by AMX, twice as many by AVX-512 on
     * AMD's processors. Intel's have AVX-512 BF16 too, which is no faster than their fp32.
     */
    public static boolean bf16IsFaster() {
        return bf16InHardware() && bf16IsFaster(amx(), Cpu.vendor());
    }

    static boolean bf16IsFaster(boolean amx, String vendor) {
        return amx || !vendor.equals("GenuineIntel");
    }

    private static boolean amx() {
        return OneDnn.available(DType.F32) ? OneDnn.amx() : Cpu.has("amx_bf16");
    }

    /**
     * What {@code device} computes in when it is asked for this: fp32 instead of bf16 on a processor that does not multiply
     * bf16, where it would be several times slower and less exact. The log is told so once.
     */
    public Precision on(Device device) {
        var chosen = on(device, bf16InHardware());
        if (chosen != this && !SAID.getAndSet(true))
            System.getLogger("resnet4j.tensor")
                    .log(
                            System.Logger.Level.WARNING,
                            "precision: bf16 was asked for, and this processor does not multiply it; computing in fp32,"
                                    + " which is faster here.");
        return chosen;
    }

    Precision on(Device device, boolean bf16InHardware) {
        return this == BF16 && !device.cuda() && !bf16InHardware ? FP32 : this;
    }
}
