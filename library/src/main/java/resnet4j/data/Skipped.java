package resnet4j.data;

/** A picture that could not be read, and why, in one sentence that does not name it again. */
public record Skipped(String file, String reason) {
    public Skipped {
        if (reason != null && reason.startsWith(file + ": ")) reason = reason.substring(file.length() + 2);
    }
}
