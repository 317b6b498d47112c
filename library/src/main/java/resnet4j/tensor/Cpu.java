package resnet4j.tensor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** The instruction sets of this processor, by the names that Linux gives them; elsewhere none are known. */
public final class Cpu {
    private Cpu() {}

    private static final Set<String> FLAGS = Set.copyOf(List.of(line("flags").split(" ")));
    private static final String VENDOR = line("vendor_id");

    /** Whether the processor has {@code flag}, such as {@code avx2}, {@code avx512_bf16} or {@code amx_bf16}. */
    public static boolean has(String flag) {
        return FLAGS.contains(flag);
    }

    /** Such as {@code AuthenticAMD} or {@code GenuineIntel}; empty where it is not known. */
    public static String vendor() {
        return VENDOR;
    }

    private static String line(String name) {
        try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith(name))
                    .findFirst()
                    .map(line -> line.substring(line.indexOf(':') + 1).trim())
                    .orElse("");
        } catch (IOException e) {
            return "";
        }
    }
}
