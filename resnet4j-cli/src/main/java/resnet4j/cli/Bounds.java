package resnet4j.cli;

import java.util.regex.Pattern;

/** How much an option may ask for, so that a slip of the finger is refused before it fills the memory. */
final class Bounds {
    static final int MOST_CLASSES = 100_000, MOST_PIXELS = 8192;
    private static final int MOST_BATCH = 1 << 16;
    private static final Pattern DURATION = Pattern.compile("(\\d+(?:\\.\\d+)?)([smh])");
    private static final long MOST_BYTES = 1L << 31;

    private Bounds() {}

    static void between(String option, long least, long most, long given) {
        atLeast(option, least, given);
        if (given > most) throw new IllegalArgumentException(option + ": expected at most " + most + ", got " + given);
    }

    static void atLeast(String option, long least, long given) {
        if (given < least)
            throw new IllegalArgumentException(option + ": expected at least " + least + ", got " + given);
    }

    /** A few times the processors, and 64 on any machine: more only wait for one another. */
    static void threads(String option, int least, int given) {
        between(option, least, Math.max(64, 4 * Runtime.getRuntime().availableProcessors()), given);
    }

    static void batch(String option, int given) {
        between(option, 1, MOST_BATCH, given);
    }

    /** Pictures of one batch, all together. @param height 0, as {@code width}, where they keep their own sizes */
    static void batch(String option, int given, int height, int width) {
        batch(option, given);
        if (height == 0 || width == 0) return;
        long most = Math.max(1, MOST_BYTES / (3L * height * width * Float.BYTES));
        if (given > most)
            throw new IllegalArgumentException(option + ": expected at most " + most + " pictures of " + width + "x"
                    + height + " pixels at a time, got " + given);
    }

    /** A time as people write it: {@code 90s}, {@code 30m}, {@code 8h}. */
    static double seconds(String option, String given) {
        var parts = DURATION.matcher(given);
        if (!parts.matches())
            throw new IllegalArgumentException(option + ": expected a time such as 90s, 30m or 8h, got " + given);
        double unit = parts.group(2).equals("s") ? 1 : parts.group(2).equals("m") ? 60 : 3600;
        return Double.parseDouble(parts.group(1)) * unit;
    }

    /** Side of a picture. */
    static void pixels(String option, int given) {
        between(option, 1, MOST_PIXELS, given);
    }
}
