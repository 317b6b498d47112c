package resnet4j.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import picocli.CommandLine.Option;
import resnet4j.Predictor;
import resnet4j.tensor.Device;
import resnet4j.tensor.Precision;

/** The options that mean the same in every command. */
final class CommonOptions {
    @Option(names = "--json", description = "Print the result as one JSON object and nothing else on standard output.")
    boolean json;

    @Option(
            names = "--device",
            paramLabel = "auto|cpu|cuda:N",
            description = "Where to compute; auto is the first GPU, or the CPU (default: auto).")
    private String device = "auto";

    @Option(
            names = "--precision",
            paramLabel = "fp32|bf16|auto",
            description =
                    "What to compute in; auto is bf16 where that is faster; where the processor does not multiply bf16, it is fp32.")
    private String precision;

    @Option(names = "--threads", paramLabel = "N", description = "CPU threads of one operation (default: all cores).")
    Integer threads;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of everything random.")
    private Long seed;

    @Option(names = "--debug", description = "Show the stack trace of an error.")
    boolean debug;

    /** Those that say how to compute, as they were given: for a command that runs others. */
    List<String> passedOn() {
        var options = new ArrayList<String>(List.of("--device", device));
        if (precision != null) options.addAll(List.of("--precision", precision));
        if (threads != null) options.addAll(List.of("--threads", threads.toString()));
        if (seed != null) options.addAll(List.of("--seed", seed.toString()));
        return options;
    }

    /** The device that was asked for; refuses one that is not there. */
    Device device() {
        return Device.parse(device);
    }

    /** The name of the precision that was asked for, or null. */
    String precision() {
        return precision;
    }

    /** What is computed in for what was asked for, or for {@code otherwise}: {@code fp32}, {@code bf16} or {@code auto}. */
    Precision precision(String otherwise) {
        return Precision.parse(precision == null ? otherwise : precision).on(device());
    }

    /** How a network is run that answers. */
    Predictor.Options predictor() {
        return new Predictor.Options().withDevice(device()).withPrecision(precision("fp32"));
    }

    /** Refuses what somebody asked for besides a CPU and fp32, for {@code what} knows nothing else. */
    void onCpuInFp32(String what) {
        if (device().cuda() && !device.equals("auto")
                || precision != null && Precision.parse(precision) == Precision.BF16 && !precision.equals("auto"))
            throw new IllegalArgumentException("--device and --precision: " + what
                    + " runs on the CPU in fp32; leave them out or give cpu and fp32, got " + device
                    + (precision == null ? "" : " and " + precision));
    }

    /** The seed, if one was given. */
    OptionalLong seed() {
        return seed == null ? OptionalLong.empty() : OptionalLong.of(seed);
    }
}
