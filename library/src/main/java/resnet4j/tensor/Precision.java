package resnet4j.tensor;

/** What convolutions and linear layers compute in; weights, norms and losses stay in 32-bit floats. */
public enum Precision {
    FP32,
    /** bfloat16 inputs and products, accumulated in 32 bits: no loss scaling needed. */
    BF16;

    /** Reads {@code fp32}, {@code bf16}, or {@code auto}: bf16 where the processor multiplies it natively. */
    public static Precision parse(String text) {
        return switch (text) {
            case "fp32" -> FP32;
            case "bf16" -> BF16;
            case "auto" -> bf16InHardware() ? BF16 : FP32;
            default -> throw new IllegalArgumentException("precision: expected fp32, bf16 or auto, got " + text);
        };
    }

    /** Whether the processor multiplies bfloat16 natively. */
    public static boolean bf16InHardware() {
        return Cpu.has("avx512_bf16") || Cpu.has("amx_bf16");
    }
}
