package resnet4j.tensor;

import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.format_tag;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;
import resnet4j.files.Natives;

/** What oneDNN can do on this machine. */
final class OneDnnLibrary {
    private OneDnnLibrary() {}

    /** The bit of an instruction set of oneDNN's that is in AVX512_CORE_BF16 and not in those without. */
    static final int BF16_INSTRUCTIONS = dnnl.dnnl_cpu_isa_avx512_core_bf16 & ~dnnl.dnnl_cpu_isa_avx512_core_vnni;

    /** Likewise that of AVX512_CORE_AMX. */
    static final int AMX = dnnl.dnnl_cpu_isa_avx512_core_amx & ~dnnl.dnnl_cpu_isa_avx512_core_fp16;

    /** Likewise the bits of AVX512_CORE_VNNI and AVX2_VNNI. */
    private static final int EIGHT_BIT_INSTRUCTIONS =
            dnnl.dnnl_cpu_isa_avx512_core_vnni & ~dnnl.dnnl_cpu_isa_avx512_core
                    | dnnl.dnnl_cpu_isa_avx2_vnni & ~dnnl.dnnl_cpu_isa_avx2;

    static final boolean THERE = load();
    static final boolean BF16 = THERE && multipliesInBf16();
    static final boolean EIGHT_BITS = THERE && OneDnnConvolution.hasEightBits();
    static final boolean EIGHT_BITS_IN_HARDWARE = EIGHT_BITS && uses(EIGHT_BIT_INSTRUCTIONS);

    private static boolean load() {
        // libtorch's OpenMP and oneDNN's would both be loaded on a Mac, which ends the process.
        if (Loader.getPlatform().startsWith("macosx")) return false;
        try {
            Loader.load(torch.class); // first: both have an OpenMP, and one of them is used
            Natives.unpack(dnnl.class);
            Loader.load(dnnl.class);
            return true;
        } catch (LinkageError | TypeNotPresentException missing) { // no natives for this machine, or not all jars
            return false;
        }
    }

    private static boolean multipliesInBf16() {
        try (var scope = new NativeScope()) {
            var one = new memory.desc(new long[] {1, 1}, memory.data_type.bf16, format_tag.ab);
            new matmul.primitive_desc(OneDnnKernel.CPU, one, one, one);
            return true;
        } catch (RuntimeException unimplemented) {
            return false;
        }
    }

    static boolean uses(int instructions) {
        return (dnnl.dnnl_get_effective_cpu_isa() & instructions) != 0;
    }
}
