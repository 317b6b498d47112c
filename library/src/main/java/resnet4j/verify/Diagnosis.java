package resnet4j.verify;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import resnet4j.Sentences;
import resnet4j.array.DType;
import resnet4j.files.Natives;
import resnet4j.graph.Inference;
import resnet4j.image.ImageFile;
import resnet4j.tensor.Cpu;
import resnet4j.tensor.Device;
import resnet4j.tensor.Engine;
import resnet4j.tensor.OneDnn;
import resnet4j.tensor.Precision;

/**
 * What a machine has, and what to do about anything wrong with it.
 *
 * @param ok     whether anything can run at all
 * @param advice a sentence for everything that is wrong or slow, the worst first
 */
public record Diagnosis(
        boolean ok,
        String version,
        Java java,
        Os os,
        Optional<Libtorch> engine,
        Optional<Answering> inference,
        Threads threads,
        String jpegDecoder,
        Cache cache,
        List<String> advice) {
    private static final long ENOUGH_DISK = 2L << 30; // the unpacked natives take a few hundred MB
    private static final double ENOUGH_MEMORY = 4;

    public Diagnosis {
        advice = List.copyOf(advice);
    }

    /** @param heapBytes the most that the heap may take */
    public record Java(String version, String vendor, String home, long heapBytes) {}

    /** @param memoryBytes physical memory, or what the container may use of it */
    public record Os(String name, String version, String arch, int processors, long memoryBytes) {}

    /**
     * @param capability the widest vector instructions that libtorch's own kernels use
     * @param cudaDevices GPUs that these natives can use
     */
    public record Libtorch(
            String version,
            String capability,
            boolean avx2,
            boolean avx512,
            boolean bf16,
            boolean amx,
            int cudaDevices) {}

    /**
     * How {@code predict} and {@code eval} run a network here if nothing else is asked for.
     *
     * @param way    layer by layer, or by the fused plan
     * @param auto   what {@code --precision auto} is here
     * @param bf16   what {@code --precision bf16} is computed in
     * @param oneDnn the widest instructions of oneDNN, which does a plan's convolutions, linear layers and pooling;
     *               absent where libtorch does them
     * @param eight  what quantised networks are computed in
     */
    public record Answering(
            String device,
            Inference.Way way,
            Precision precision,
            Precision auto,
            Precision bf16,
            Optional<String> oneDnn,
            String eight) {
        private static Answering here() {
            var device = Device.parse("auto");
            return new Answering(
                    device.toString(),
                    Inference.Way.best(device),
                    Precision.parse("fp32"),
                    Precision.parse("auto"),
                    Precision.bf16InHardware() ? Precision.BF16 : Precision.FP32,
                    OneDnn.available(DType.F32) ? Optional.of(OneDnn.instructionSet()) : Optional.empty(),
                    eightBits());
        }

        /** What, and why. */
        @Override
        public String toString() {
            if (way == Inference.Way.EAGER)
                return "layer by layer in fp32 on " + device + ": the fused plan is for CPUs";
            return "by the fused plan in fp32 on " + device + ": "
                    + oneDnn.map(set -> "oneDNN uses " + set)
                            .orElse("without oneDNN, so that libtorch's slower kernels do it")
                    + "; --precision auto is "
                    + autoAndWhy()
                    + "; quantised networks in " + eight;
        }

        private String autoAndWhy() {
            if (auto == Precision.BF16) return "bf16, which is faster here";
            return bf16 == Precision.BF16
                    ? "fp32, for this processor multiplies bf16, but no faster"
                    : "fp32, and so is bf16, which is not multiplied here";
        }

        private static String eightBits() {
            if (!OneDnn.available(DType.I8)) return "floats of the rounded numbers";
            return "int8"
                    + (OneDnn.eightBitsInHardware()
                            ? ", which is summed in 32 bits here"
                            : ", whose products are summed in 16 bits here: slower, some weights in coarser steps");
        }
    }

    /** @param waitPolicy what OpenMP threads do while they wait; PASSIVE is wanted */
    public record Threads(Optional<Integer> engine, String waitPolicy) {}

    /** @param permissions such as {@code rwx------}; absent where the file system has none */
    public record Cache(
            String natives, boolean writable, Optional<String> owner, Optional<String> permissions, long freeBytes) {}

    /**
     * Of this machine. Natives that are damaged, or that others could have written, are unpacked again.
     *
     * @param version of the software, as it is to stand in the report
     */
    public static Diagnosis here(String version) throws IOException {
        var advice = new ArrayList<String>();
        Optional<Libtorch> engine = engine(advice);
        var found = new Diagnosis(
                engine.isPresent(),
                version,
                thisJava(),
                thisSystem(),
                engine,
                engine.map(loaded -> Answering.here()),
                theseThreads(engine.map(loaded -> Engine.threads())),
                ImageFile.jpegDecoder(),
                thisCache(),
                List.of());
        advice.addAll(found.advise());
        return found.withAdvice(advice);
    }

    private Diagnosis withAdvice(List<String> advice) {
        return new Diagnosis(ok, version, java, os, engine, inference, threads, jpegDecoder, cache, advice);
    }

    private static Optional<Libtorch> engine(List<String> advice) {
        try {
            Engine.repair();
            if (!Natives.repaired().isEmpty())
                advice.add("Native libraries in the cache were damaged, or could have been written by others: "
                        + String.join(", ", Natives.repaired())
                        + "; they have been unpacked again, and there is nothing left to do.");
            return Optional.of(new Libtorch(
                    Engine.version(),
                    Engine.cpuCapability(),
                    Cpu.has("avx2"),
                    Cpu.has("avx512f"),
                    Cpu.has("avx512_bf16"),
                    Cpu.has("amx_bf16"),
                    Engine.cudaDevices()));
        } catch (IOException e) { // what the sentence says is to be done
            advice.add(sentence(e));
            return Optional.empty();
        } catch (LinkageError | RuntimeException e) {
            Throwable cause = e;
            while (cause.getCause() != null && !(cause instanceof UncheckedIOException)) cause = cause.getCause();
            advice.add(
                    cause instanceof UncheckedIOException
                            ? sentence(cause)
                            : "libtorch does not load (" + cause.getMessage()
                                    + "): there are natives for Linux x86-64, Windows x86-64 and macOS arm64; the natives"
                                    + " folder must allow programs to run (no 'noexec').");
            return Optional.empty();
        }
    }

    private static String sentence(Throwable e) {
        var text = Sentences.of(e);
        return text.endsWith(".") ? text : text + ".";
    }

    private static Java thisJava() {
        return new Java(
                System.getProperty("java.version"),
                System.getProperty("java.vendor"),
                System.getProperty("java.home"),
                Runtime.getRuntime().maxMemory());
    }

    private static Os thisSystem() {
        long memory = ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean bean
                ? bean.getTotalMemorySize()
                : 0;
        return new Os(
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                System.getProperty("os.arch"),
                Runtime.getRuntime().availableProcessors(),
                memory);
    }

    private static Threads theseThreads(Optional<Integer> engine) {
        return new Threads(
                engine, Optional.ofNullable(System.getenv("OMP_WAIT_POLICY")).orElse("not set"));
    }

    private static Cache thisCache() throws IOException {
        Path folder = Natives.folder();
        Path there = folder.toAbsolutePath();
        while (!Files.exists(there)) there = there.getParent();
        var view = Files.getFileAttributeView(there, PosixFileAttributeView.class);
        return new Cache(
                folder.toString(),
                Files.isWritable(there),
                view == null ? Optional.empty() : Optional.of(view.getOwner().getName()),
                view == null
                        ? Optional.empty()
                        : Optional.of(PosixFilePermissions.toString(
                                view.readAttributes().permissions())),
                Files.getFileStore(there).getUsableSpace());
    }

    /** What can be said from the facts alone. */
    List<String> advise() {
        var advice = new ArrayList<String>();
        cache.permissions.map(PosixFilePermissions::fromString).ifPresent(permissions -> {
            if (Stream.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE)
                    .anyMatch(permissions::contains))
                advice.add("Others can write to " + cache.natives
                        + ", whose files are run as code: delete that folder, and it is made anew.");
        });
        if (!cache.writable)
            advice.add(cache.natives + " cannot be written: set RESNET4J_CACHE to a folder that you own.");
        if (cache.freeBytes < ENOUGH_DISK)
            advice.add("There are " + size(cache.freeBytes) + " free where " + cache.natives
                    + " lies, and the natives, data and runs want at least " + size(ENOUGH_DISK)
                    + ": free some, or set RESNET4J_CACHE to another disk.");
        if (!"PASSIVE".equalsIgnoreCase(threads.waitPolicy))
            advice.add("OMP_WAIT_POLICY is " + threads.waitPolicy + ": threads that spin while they wait make two"
                    + " programs on one machine several times slower; start through ./resnet4j, or set it to PASSIVE.");
        if (os.memoryBytes > 0 && os.memoryBytes < ENOUGH_MEMORY * (1L << 30))
            advice.add("There are " + size(os.memoryBytes)
                    + " of memory: train with small batches, such as --set batch=32.");
        if (jpegDecoder.equals("JDK"))
            advice.add(
                    "JPEG files are decoded by the JDK, about 3 times slower than by OpenCV, whose natives are not on"
                            + " the class path or do not load.");
        engine.ifPresent(engine -> {
            if (engine.capability.equals("DEFAULT"))
                advice.add("The processor has no AVX2: everything works, several times slower.");
            if (engine.cudaDevices == 0 && Files.exists(Path.of("/proc/driver/nvidia/version")))
                advice.add("An NVIDIA driver is there, and these natives are for the CPU: RESNET4J_MAVEN_OPTS=-Pgpu in"
                        + " the first build takes those for CUDA (docs/gpu.md).");
        });
        return advice;
    }

    /** For people: what there is, by its name, in lines. */
    public Map<String, String> facts() {
        var facts = new LinkedHashMap<String, String>();
        facts.put("ResNet4J", version);
        facts.put("Java", java.version + " (" + java.vendor + "), " + java.home);
        facts.put("Heap", "at most " + size(java.heapBytes));
        facts.put("System", os.name + " " + os.version + ", " + os.arch);
        facts.put("Memory", size(os.memoryBytes));
        facts.put(
                "Engine",
                engine.map(e -> "libtorch " + e.version + " (JavaCPP)").orElse("does not load"));
        engine.ifPresent(e -> {
            facts.put("Processor", processor(os, e));
            facts.put("CUDA", e.cudaDevices == 0 ? "no devices" : e.cudaDevices + " devices");
        });
        inference.ifPresent(way -> facts.put("Inference", way.toString()));
        facts.put(
                "Threads",
                threads.engine.map(n -> n + " for an operation, ").orElse("") + "waiting policy " + threads.waitPolicy);
        facts.put("JPEG decoder", jpegDecoder);
        var rights = cache.permissions.orElse(cache.writable ? "writable" : "read-only");
        facts.put(
                "Natives",
                cache.natives + " (" + (cache.owner.orElse("") + " " + rights).strip() + "), " + size(cache.freeBytes)
                        + " free");
        return facts;
    }

    private static String processor(Os os, Libtorch engine) {
        var has = new ArrayList<String>();
        if (engine.avx2) has.add("AVX2");
        if (engine.avx512) has.add("AVX-512");
        if (engine.bf16) has.add("bf16");
        if (engine.amx) has.add("AMX");
        return os.processors + " cores, libtorch uses " + engine.capability
                + (has.isEmpty() ? "" : ", has " + String.join(", ", has));
    }

    private static String size(long bytes) {
        return bytes >= 1L << 30
                ? String.format(Locale.ROOT, "%.1f GiB", bytes / (double) (1L << 30))
                : (bytes >> 20) + " MiB";
    }
}
