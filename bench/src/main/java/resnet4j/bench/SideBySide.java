package resnet4j.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import resnet4j.bench.Report.Line;
import resnet4j.bench.Report.Machine;
import resnet4j.bench.Report.Measured;
import resnet4j.bench.Report.Ratio;
import resnet4j.bench.Work.Contender;
import resnet4j.config.Records;
import resnet4j.export.OnnxExport;
import resnet4j.export.OnnxMetadata;
import resnet4j.graph.Passes;
import resnet4j.graph.Tracer;
import resnet4j.model.ModelFile;
import resnet4j.tensor.Cpu;
import resnet4j.tensor.Engine;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Precision;

/**
 * Ours and every peer that is installed, on the same work: in turns, each time in a fresh process on the same cores. Says
 * first whether those that have the same weights give the same answers.
 */
@CommandLine.Command(name = "bench/run.sh", mixinStandardHelpOptions = true)
public final class SideBySide implements Callable<Integer> {
    private static final double FP32_DIFFERENCE = 1e-3, BF16_DIFFERENCE = 0.1; // bf16 keeps 8 bits, 53 layers deep

    @Option(names = "--quick", description = "A few minutes: one round of fewer contenders.")
    private boolean quick;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            description = "Measured time of each process (default: 10, quick: 6).")
    private Double seconds;

    @Option(names = "--rounds", paramLabel = "N", description = "Processes for each contender (default: 3, quick: 1).")
    private Integer rounds;

    @Option(names = "--threads", paramLabel = "N", description = "Cores for each process (default: all).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--python", paramLabel = "FILE", description = "A Python with torch, torchvision and openvino.")
    private String python;

    @Option(names = "--only", paramLabel = "REGEX", description = "Work as in 'resnet50 infer 1'; all where absent.")
    private String only = ".*";

    @Option(names = "--engines", paramLabel = "REGEX", description = "Contenders as in 'plan fp32'; all where absent.")
    private String engines = ".*";

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "Where the JSON goes (default: bench/target/results.json).")
    private Path out = Path.of("bench/target/results.json");

    private final Map<String, Path> exported = new HashMap<>();
    private final File log = new File("bench/target/side-by-side.log");

    public static void main(String[] args) {
        System.exit(new CommandLine(new SideBySide()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        if (seconds == null) seconds = quick ? 6.0 : 10.0;
        if (rounds == null) rounds = quick ? 1 : 3;
        Files.deleteIfExists(log.toPath());
        var machine = machine();
        if (machine.load() > 0.5)
            System.err.printf(Locale.ROOT, "The load is %.1f: other programs are at work.%n", machine.load());
        var measured = new ArrayList<Measured>();
        for (var work : quick ? Work.quick() : Work.all()) {
            if (!(work.model() + " " + work.mode() + " " + work.batch()).matches(only)) continue;
            measured.add(measure(work));
            print(measured.get(measured.size() - 1));
        }
        boolean same = measured.stream()
                .flatMap(m -> m.lines().stream())
                .allMatch(l -> l.difference().orElse(0.0) <= tolerance(l.precision()));
        Files.writeString(out, Records.write(new Report(machine, seconds, rounds, same, measured)) + "\n");
        System.out.println("\n" + machine + "\n" + out);
        if (!same) System.err.println("Contenders with the same weights give different answers; see " + out);
        return same ? 0 : 1;
    }

    private static double tolerance(String precision) {
        return precision.equals("bf16") ? BF16_DIFFERENCE : FP32_DIFFERENCE;
    }

    private Measured measure(Work work) throws IOException, InterruptedException {
        var results = new LinkedHashMap<Contender, List<JsonNode>>();
        var failures = new HashMap<Contender, String>();
        for (var contender : work.contenders())
            if (contender.toString().matches(engines)
                    && (!contender.python() || python != null)
                    && (contender.precision().equals("fp32") || Precision.bf16InHardware()))
                results.put(contender, new ArrayList<>());
        if (results.isEmpty()) throw new IOException("--engines " + engines + ": none of " + work.contenders());
        for (int round = 0; round < rounds; round++) {
            for (var contender : results.keySet()) {
                if (failures.containsKey(contender)) continue;
                System.err.printf(
                        "%s %s, batch %d, round %d: %s%n",
                        work.model(), work.mode(), work.batch(), round + 1, contender);
                try {
                    results.get(contender).add(run(work, contender));
                } catch (IOException e) {
                    System.err.println(e.getMessage());
                    failures.put(contender, e.getMessage());
                }
            }
        }
        var reference = results.values().iterator().next(); // the first of them
        var speeds = new HashMap<Contender, Double>();
        var lines = new ArrayList<Line>();
        results.forEach((contender, runs) -> {
            var line = line(contender, runs, reference, Optional.ofNullable(failures.get(contender)));
            line.imagesPerSecond().ifPresent(speed -> speeds.put(contender, speed));
            lines.add(line);
        });
        var ratios = work.goals().stream()
                .filter(goal -> speeds.containsKey(goal.ours()) && speeds.containsKey(goal.peer()))
                .map(goal -> new Ratio(
                        goal.ours().toString(),
                        goal.peer().toString(),
                        speeds.get(goal.ours()) / speeds.get(goal.peer()),
                        goal.atLeast()))
                .toList();
        return new Measured(work.model(), work.mode(), work.batch(), lines, ratios);
    }

    private static Line line(
            Contender contender, List<JsonNode> runs, List<JsonNode> reference, Optional<String> failure) {
        var none = Optional.<Double>empty();
        if (runs.isEmpty())
            return new Line(
                    contender.engine(),
                    contender.precision(),
                    none,
                    List.of(),
                    none,
                    none,
                    Optional.empty(),
                    none,
                    none,
                    failure);
        var speeds = runs.stream()
                .map(run -> run.get("imagesPerSecond").doubleValue())
                .toList();
        var sorted = runs.stream()
                .sorted(Comparator.comparingDouble(
                        run -> run.get("imagesPerSecond").doubleValue()))
                .toList();
        var middle = sorted.get(sorted.size() / 2);
        double median =
                (sorted.get((sorted.size() - 1) / 2).get("imagesPerSecond").doubleValue()
                                + middle.get("imagesPerSecond").doubleValue())
                        / 2;
        var outside = middle.path("outsideLibtorchShare");
        return new Line(
                contender.engine(),
                contender.precision(),
                Optional.of(median),
                speeds,
                Optional.of(middle.get("medianMillis").doubleValue()),
                Optional.of(middle.get("p99Millis").doubleValue()),
                Optional.of(middle.get("peakRssBytes").longValue()),
                outside.isNumber() ? Optional.of(outside.doubleValue()) : none,
                contender.sameWeights() && middle.has("logits") && !reference.isEmpty()
                        ? Optional.of(difference(middle, reference.get(0)))
                        : none,
                failure);
    }

    private static double difference(JsonNode a, JsonNode b) {
        double most = 0, scale = 0;
        for (int i = 0; i < b.get("logits").size(); i++) {
            double expected = b.get("logits").get(i).doubleValue();
            most = Math.max(most, Math.abs(a.get("logits").get(i).doubleValue() - expected));
            scale = Math.max(scale, Math.abs(expected));
        }
        return most / scale;
    }

    /** One process. @throws IOException if it fails, with the last that it said */
    private JsonNode run(Work work, Contender contender) throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        if (Files.isExecutable(Path.of("/usr/bin/taskset")))
            command.addAll(List.of("taskset", "-c", "0-" + (threads - 1)));
        command.addAll(command(work, contender));
        Stream.of("--mode", work.mode(), "--batch", work.batch(), "--threads", threads, "--seconds", seconds)
                .map(String::valueOf)
                .forEach(command::add);
        var builder = new ProcessBuilder(command).redirectError(Redirect.appendTo(log));
        builder.environment().put("OMP_NUM_THREADS", Integer.toString(threads));
        builder.environment().put("OPT_OUT_TRACKING", "true"); // DJL tells its makers otherwise
        var process = builder.start();
        var lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith("{"))
                .toList();
        if (process.waitFor() != 0 || lines.isEmpty())
            throw new IOException(contender + " failed; " + log + " has what it said");
        return Records.parse(lines.get(lines.size() - 1));
    }

    private List<String> command(Work work, Contender contender) throws IOException {
        if (contender.ours()) {
            var ours = new ArrayList<>(List.of(
                    "./resnet4j",
                    "bench",
                    work.model(),
                    "--device",
                    "cpu",
                    "--seed",
                    "0",
                    "--json",
                    "--engine",
                    contender.engine(),
                    "--precision",
                    contender.precision()));
            return ours;
        }
        boolean reads =
                contender.engine().equals("onnxruntime") || contender.engine().equals("openvino");
        var file = reads ? List.of("--file", exported(work.model()).toString()) : List.<String>of();
        var head = contender.python()
                ? List.of(
                        python,
                        "bench/python/peer.py",
                        "--engine",
                        contender.engine(),
                        "--precision",
                        contender.precision())
                : java(contender.engine());
        return Stream.of(head, List.of("--model", work.model()), file)
                .flatMap(List::stream)
                .toList();
    }

    /** A peer's own class path, where no class of another engine is. */
    private static List<String> java(String peer) {
        var main = peer.equals("djl") ? "resnet4j.bench.djl.DjlPeer" : "resnet4j.bench.onnxruntime.OnnxRuntimePeer";
        var classes = "bench/" + peer + "/target/classes" + File.pathSeparator + "bench/" + peer + "/target/lib/*";
        return List.of(System.getProperty("java.home") + "/bin/java", "-cp", classes, main);
    }

    /** The network with the weights of seed 0, as ONNX. */
    private Path exported(String model) throws IOException {
        if (exported.containsKey(model)) return exported.get(model);
        Ops.seed(0);
        var file = Path.of("bench/target", model + ".onnx").toAbsolutePath();
        try (var opened = ModelFile.open(model, Optional.empty(), OptionalInt.empty());
                var scope = new NativeScope()) {
            var crop = opened.file().preprocess();
            var graph = Tracer.trace(opened.net(), 1, 3, crop.cropHeight(), crop.cropWidth());
            OnnxExport.write(Passes.simplify(graph), file, OnnxMetadata.of(opened.file()));
        }
        exported.put(model, file);
        return file;
    }

    private Machine machine() throws IOException, InterruptedException {
        var cpu = "unknown";
        double load = 0;
        if (Files.exists(Path.of("/proc/cpuinfo"))) {
            try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
                cpu = lines.filter(line -> line.startsWith("model name"))
                        .map(line -> line.substring(line.indexOf(':') + 2))
                        .findFirst()
                        .orElse(cpu);
            }
            load = Double.parseDouble(Files.readString(Path.of("/proc/loadavg")).split(" ")[0]);
        }
        return new Machine(
                cpu,
                Stream.of("avx2", "avx512f", "avx512_bf16", "amx_bf16", "amx_int8")
                        .filter(Cpu::has)
                        .toList(),
                Runtime.getRuntime().availableProcessors(),
                threads,
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                System.getProperty("java.vm.name") + " " + System.getProperty("java.version"),
                Engine.version(),
                load,
                Stillness.of(threads, 5));
    }

    private static void print(Measured m) {
        System.out.printf("%n%s %s, batch %d%n", m.model(), m.mode(), m.batch());
        System.out.printf(
                "  %-18s %-5s %10s %10s %10s %9s %11s%n",
                "engine", "in", "images/s", "median ms", "p99 ms", "peak MiB", "difference");
        for (var l : m.lines()) {
            if (l.imagesPerSecond().isEmpty()) {
                System.out.printf(
                        "  %-18s %-5s %s%n",
                        l.engine(), l.precision(), l.failure().orElse("failed"));
                continue;
            }
            System.out.printf(
                    Locale.ROOT,
                    "  %-18s %-5s %10.1f %10.2f %10.2f %9d %11s%n",
                    l.engine(),
                    l.precision(),
                    l.imagesPerSecond().get(),
                    l.medianMillis().get(),
                    l.p99Millis().get(),
                    l.peakRssBytes().get() >> 20,
                    l.difference()
                            .map(d -> String.format(Locale.ROOT, "%.1e", d))
                            .orElse("-"));
        }
        for (var r : m.ratios())
            System.out.printf(
                    Locale.ROOT, "  %-12s / %-22s %6.2f x  (goal %.2f x)%n", r.ours(), r.peer(), r.ratio(), r.goal());
    }
}
