package resnet4j.tensor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** The instruction sets of this processor, by the names that Linux gives them; elsewhere none are known. */
public final class Cpu {
    private Cpu() {}

    private static final Set<String> FLAGS = read();

    /** Whether the processor has {@code flag}, such as {@code avx2}, {@code avx512_bf16} or {@code amx_bf16}. */
    public static boolean has(String flag) {
        return FLAGS.contains(flag);
    }

    private static Set<String> read() {
        try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("flags"))
                    .findFirst()
                    .map(line -> Set.copyOf(
                            List.of(line.substring(line.indexOf(':') + 1).trim().split(" "))))
                    .orElse(Set.of());
        } catch (IOException e) {
            return Set.of();
        }
    }
}
