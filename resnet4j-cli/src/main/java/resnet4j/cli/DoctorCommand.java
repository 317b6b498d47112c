package resnet4j.cli;

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
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine;
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

/** {@code doctor}: what this machine has, and what to do about anything wrong with it. */
@CommandLine.Command(
        name = "doctor",
        description = "Show Java, engine, processor, GPUs and cache, and what to do about anything wrong.")
final class DoctorCommand extends Command<DoctorCommand.Report> {
    private static final long ENOUGH_DISK = 2L << 30; // the unpacked natives take a few hundred MB
    private static final double ENOUGH_MEMORY = 4;

    /**
     * @param ok     whether commands can run at all
     * @param advice a sentence for everything that is wrong or slow, the worst first
     */
    record Report(
            boolean ok,
            String version,
            Java java,
            Os os,
            Optional<Libtorch> engine,
            Optional<Answering> inference,
            Threads threads,
            String jpegDecoder,
            Cache cache,
            List<String> advice) {}

    /** @param heapBytes the most that the heap may take */
    record Java(String version, String vendor, String home, long heapBytes) {}

    /** @param memoryBytes physical memory, or what the container may use of it */
    record Os(String name, String version, String arch, int processors, long memoryBytes) {}

    /**
     * @param capability the widest vector instructions that libtorch's own kernels use
     * @param cudaDevices GPUs that these natives can use
     */
    record Libtorch(
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
     * @param auto   what {@code --precision auto} is here, and whether {@code --precision bf16} is bf16
     * @param oneDnn the widest instructions of oneDNN, which does a plan's convolutions, linear layers and pooling;
     *               absent where libtorch does them
     */
    record Answering(String device, Inference.Way way, Precision precision, Precision auto, Optional<String> oneDnn) {
        static Answering here() {
            var device = Device.parse("auto");
            return new Answering(
                    device.toString(),
                    Inference.Way.best(device),
                    Precision.parse("fp32"),
                    Precision.parse("auto"),
                    OneDnn.available(DType.F32) ? Optional.of(OneDnn.instructionSet()) : Optional.empty());
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
                    + (auto == Precision.BF16
                            ? "bf16, which is multiplied here"
                            : "fp32, and so is bf16, which is not multiplied here");
        }
    }

    /** @param waitPolicy what OpenMP threads do while they wait; PASSIVE is wanted */
    record Threads(Optional<Integer> engine, String waitPolicy) {}

    /** @param permissions such as {@code rwx------}; absent where the file system has none */
    record Cache(
            String natives, boolean writable, Optional<String> owner, Optional<String> permissions, long freeBytes) {}

    @Override
    Report run() throws IOException {
        var advice = new ArrayList<String>();
        Optional<Libtorch> engine = engine(advice);
        Optional<Integer> engineThreads = engine.map(loaded -> Engine.threads());
        var report = new Report(
                engine.isPresent(),
                Main.version(),
                java(),
                os(),
                engine,
                engine.map(loaded -> Answering.here()),
                threads(engineThreads),
                ImageFile.jpegDecoder(),
                cache(),
                advice);
        advise(report);
        return report;
    }

    @Override
    int exitCode(Report report) {
        return report.ok ? DONE : FAILED;
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

    private static Java java() {
        return new Java(
                System.getProperty("java.version"),
                System.getProperty("java.vendor"),
                System.getProperty("java.home"),
                Runtime.getRuntime().maxMemory());
    }

    private static Os os() {
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

    private static Threads threads(Optional<Integer> engine) {
        return new Threads(
                engine, Optional.ofNullable(System.getenv("OMP_WAIT_POLICY")).orElse("not set"));
    }

    private static Cache cache() throws IOException {
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

    /** Adds what can be said from the facts alone. */
    static void advise(Report report) {
        List<String> advice = report.advice;
        report.cache.permissions.map(PosixFilePermissions::fromString).ifPresent(permissions -> {
            if (Stream.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE)
                    .anyMatch(permissions::contains))
                advice.add("Others can write to " + report.cache.natives
                        + ", whose files are run as code: delete that folder, and it is made anew.");
        });
        if (!report.cache.writable)
            advice.add(report.cache.natives + " cannot be written: set RESNET4J_CACHE to a folder that you own.");
        if (report.cache.freeBytes < ENOUGH_DISK)
            advice.add("There are " + size(report.cache.freeBytes) + " free where " + report.cache.natives
                    + " lies, and the natives, data and runs want at least " + size(ENOUGH_DISK)
                    + ": free some, or set RESNET4J_CACHE to another disk.");
        if (!"PASSIVE".equalsIgnoreCase(report.threads.waitPolicy))
            advice.add(
                    "OMP_WAIT_POLICY is " + report.threads.waitPolicy + ": threads that spin while they wait make two"
                            + " programs on one machine several times slower; start through ./resnet4j, or set it to PASSIVE.");
        if (report.os.memoryBytes > 0 && report.os.memoryBytes < ENOUGH_MEMORY * (1L << 30))
            advice.add("There are " + size(report.os.memoryBytes)
                    + " of memory: train with small batches, such as --set batch=32.");
        if (report.jpegDecoder.equals("JDK"))
            advice.add(
                    "JPEG files are decoded by the JDK, about 3 times slower than by OpenCV, whose natives are not on"
                            + " the class path or do not load.");
        report.engine.ifPresent(engine -> {
            if (engine.capability.equals("DEFAULT"))
                advice.add("The processor has no AVX2: everything works, several times slower.");
            if (engine.cudaDevices == 0 && Files.exists(Path.of("/proc/driver/nvidia/version")))
                advice.add("An NVIDIA driver is there, and these natives are for the CPU: RESNET4J_MAVEN_OPTS=-Pgpu in"
                        + " the first build takes those for CUDA (docs/gpu.md).");
        });
    }

    @Override
    String text(Report report) {
        var table = new Table()
                .row("ResNet4J", report.version)
                .row("Java", report.java.version + " (" + report.java.vendor + "), " + report.java.home)
                .row("Heap", "at most " + size(report.java.heapBytes))
                .row("System", report.os.name + " " + report.os.version + ", " + report.os.arch)
                .row("Memory", size(report.os.memoryBytes));
        report.engine.ifPresentOrElse(
                engine -> table.row("Engine", "libtorch " + engine.version + " (JavaCPP)")
                        .row("Processor", processor(report.os, engine))
                        .row("CUDA", engine.cudaDevices == 0 ? "no devices" : engine.cudaDevices + " devices"),
                () -> table.row("Engine", "does not load"));
        report.inference.ifPresent(inference -> table.row("Inference", inference.toString()));
        table.row(
                        "Threads",
                        report.threads
                                        .engine
                                        .map(n -> n + " for an operation, ")
                                        .orElse("") + "waiting policy " + report.threads.waitPolicy)
                .row("JPEG decoder", report.jpegDecoder)
                .row(
                        "Natives",
                        report.cache.natives + " ("
                                + String.join(
                                                " ",
                                                report.cache.owner.orElse(""),
                                                report.cache.permissions.orElse(
                                                        report.cache.writable ? "writable" : "read-only"))
                                        .strip()
                                + "), " + size(report.cache.freeBytes) + " free");
        String found =
                report.advice.isEmpty() ? "Nothing wrong." : "What to do:\n- " + String.join("\n- ", report.advice);
        return table + "\n\n" + found;
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
