package resnet4j.verify;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import resnet4j.Sentences;
import resnet4j.config.Nearest;
import resnet4j.run.Watcher;
import resnet4j.tensor.Device;

/**
 * Cases to be computed here and compared with what they have to be.
 *
 * <pre>{@code
 * var verified = Verification.in(goldens, new Drawn()).run(Device.CPU, Watcher.NONE);
 * }</pre>
 */
public record Verification(List<Golden> cases) {
    private static final String GOLDENS = "RESNET4J_GOLDENS", SHARED = "RESNET4J_SHARED";

    public Verification {
        cases = List.copyOf(cases);
    }

    /**
     * What was found.
     *
     * @param pass whether no case failed; those that were skipped do not count
     */
    public record Verified(List<Golden.Case> cases, boolean pass) {
        public Verified {
            cases = List.copyOf(cases);
        }

        /** For people: name, largest absolute and relative difference, outcome, note. */
        public List<List<String>> table() {
            return cases.stream()
                    .map(c -> {
                        var note = c.skipped() != null ? c.skipped() : c.note();
                        return List.of(
                                c.name(),
                                number(c.maxAbs()),
                                number(c.maxRel()),
                                c.skipped() != null ? "skipped" : c.pass() ? "pass" : "FAIL",
                                note == null ? "" : note);
                    })
                    .toList();
        }

        private static String number(Double value) {
            return value == null ? "" : value == 0 ? "0" : String.format(Locale.ROOT, "%.2e", value);
        }

        /** How many passed, in a line. */
        @Override
        public String toString() {
            long skipped = cases.stream().filter(c -> c.skipped() != null).count();
            long passed =
                    cases.stream().filter(c -> c.skipped() == null && c.pass()).count();
            return String.format(
                    Locale.ROOT, "%d passed, %d failed, %d skipped", passed, cases.size() - passed - skipped, skipped);
        }

        /** What the cases that ran prove, and what they cannot. */
        public String proof() {
            var ran = cases.stream().filter(c -> c.skipped() == null).toList();
            if (ran.isEmpty()) return "Nothing was compared, and so nothing is proved.";
            if (!pass) return "This installation does not compute what it should; see the cases that failed.";
            if (ran.stream().allMatch(c -> List.of(c.name().split(" ")).contains("plan")))
                return "This proves that the engine runs here and that plans answer as their networks do; without goldens"
                        + " it cannot say whether the networks answer as PyTorch's, nor pictures as Pillow's.";
            return "What ran computes here what its goldens say.";
        }
    }

    /**
     * The goldens of this machine: those of a folder, or of the one that an environment variable names, or of the one
     * beside the software; without any, those that need none.
     *
     * @param asked a folder of goldens, or the one above its folder {@code data}
     * @param home  where the software is
     */
    public static Verification found(Optional<Path> asked, Path home, Drawn drawn) throws IOException {
        var folder = asked.or(() -> Stream.of(GOLDENS, SHARED)
                .map(System::getenv)
                .filter(Objects::nonNull)
                .map(Path::of)
                .findFirst());
        if (folder.isEmpty()) {
            var beside = home.resolve("../shared/data").normalize();
            if (Files.isDirectory(beside)) return in(beside, drawn);
            return builtIn("no folder " + beside + "; give one with --goldens or " + GOLDENS);
        }
        var above = folder.get().resolve("data");
        var goldens = Files.isDirectory(above) ? above : folder.get();
        if (!Files.isDirectory(goldens))
            throw new IllegalArgumentException("goldens: expected a folder with golden cases, " + goldens + " is none");
        return in(goldens, drawn);
    }

    /** All goldens in a folder, and those that need none: torchvision's outputs, published weights, Pillow's pictures. */
    public static Verification in(Path folder, Drawn drawn) throws IOException {
        var all = new ArrayList<>(Goldens.in(folder, drawn::golden));
        all.addAll(Goldens.builtIn());
        return new Verification(all);
    }

    /** Only the goldens that need no folder. @param reason why there is none, for a case that is skipped */
    public static Verification builtIn(String reason) {
        var all = new ArrayList<Golden>();
        for (var kind : Goldens.KINDS) all.add(new Golden.Absent(kind, reason));
        all.addAll(Goldens.builtIn());
        return new Verification(all);
    }

    /** The cases that have a word in their name. @throws IllegalArgumentException with the nearest word, if none has */
    public Verification only(String word) {
        var chosen =
                cases.stream().filter(golden -> words(golden).contains(word)).toList();
        if (!chosen.isEmpty()) return new Verification(chosen);
        var words = new TreeSet<String>();
        for (var golden : cases) words.addAll(words(golden));
        throw new IllegalArgumentException(
                "MODEL: no golden case has '" + word + "' in its name." + Nearest.hint(word, words));
    }

    private static List<String> words(Golden golden) {
        return List.of(golden.name().split(" "));
    }

    /** Computes and compares, one case after the other. What cannot be read fails its own case, not the others. */
    public Verified run(Device device, Watcher watcher) {
        var found = new ArrayList<Golden.Case>();
        for (var golden : cases) {
            watcher.now(golden.name());
            try {
                found.add(golden.run(device));
            } catch (IOException | RuntimeException e) {
                found.add(Golden.Case.failed(golden.name(), Sentences.of(e)));
            }
            watcher.add(1);
        }
        watcher.now("");
        return new Verified(found, found.stream().allMatch(Golden.Case::pass));
    }
}
