package resnet4j.data;

/** A picture that could not be read, and why, in one sentence. */
public record Skipped(String file, String reason) {}
