package resnet4j.cli;

import java.io.IOException;
import picocli.CommandLine;
import resnet4j.verify.Diagnosis;

/** {@code doctor}: what this machine has, and what to do about anything wrong with it. */
@CommandLine.Command(
        name = "doctor",
        description = "Show Java, engine, processor, GPUs and cache, and what to do about anything wrong.",
        footer = {"", "Example:", "  ./resnet4j doctor"})
final class DoctorCommand extends Command<Diagnosis> {
    @Override
    Diagnosis run() throws IOException {
        return Diagnosis.here(Main.version());
    }

    @Override
    int exitCode(Diagnosis found) {
        return found.ok() ? DONE : FAILED;
    }

    @Override
    String text(Diagnosis found) {
        var table = new Table();
        found.facts().forEach(table::row);
        return table + "\n\n"
                + (found.advice().isEmpty()
                        ? "Nothing wrong."
                        : "What to do:\n- " + String.join("\n- ", found.advice()));
    }
}
