package resnet4j.run;

/** Watches work of several stages, each with a watcher of its own. */
public interface Stages {
    /** Watches nothing. */
    Stages NONE = (stage, units, unit) -> Watcher.NONE;

    /**
     * A stage begins; the watcher is closed at its end.
     *
     * @param stage what is going on, in a word or two
     * @param units how many there are, or 0 if nobody knows
     * @param unit  what is counted: {@code images}
     */
    Watcher begin(String stage, long units, String unit);
}
