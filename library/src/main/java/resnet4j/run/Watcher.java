package resnet4j.run;

/** Hears how far long work is. May be told from several threads, one at a time. */
public interface Watcher extends AutoCloseable {
    /** Hears nothing. */
    Watcher NONE = units -> {};

    /** So many units more are done. */
    void add(long units);

    /** What is being worked on. */
    default void now(String what) {}

    /** Something to know while the work goes on, in a sentence. */
    default void say(String line) {}

    /** The work is at its end. */
    @Override
    default void close() {}
}
