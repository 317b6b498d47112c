package resnet4j.data;

/** A picture that could not be read, and why, in one sentence that does not name it again. */
public record Skipped(String file, String reason) {
    public Skipped {
        int at = reason == null ? -1 : reason.indexOf(file + ": ");
        // the reason may have the whole path, of which the name is the end
        if (at == 0 || at > 0 && "/\\".indexOf(reason.charAt(at - 1)) >= 0)
            reason = reason.substring(at + file.length() + 2);
    }
}
