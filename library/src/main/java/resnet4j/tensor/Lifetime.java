package resnet4j.tensor;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Of something that many threads use and one closes: closing refuses whoever comes later, and what it holds is freed when
 * the last one that is inside has left.
 */
public final class Lifetime implements AutoCloseable {
    private final String what;
    private final Runnable free;
    private final AtomicInteger holders = new AtomicInteger(1); // users, and the owner until it closes
    private final AtomicBoolean closed = new AtomicBoolean();

    /** @param what names it in an exception */
    public Lifetime(String what, Runnable free) {
        this.what = what;
        this.free = free;
    }

    /** Begins a use, which ends with {@link #leave}. @throws IllegalStateException if it is closed */
    public void enter() {
        if (!tryEnter()) throw new IllegalStateException(what + " is closed; open it again to use it");
    }

    boolean tryEnter() {
        while (!closed.get()) {
            int now = holders.get();
            if (now == 0) return false;
            if (holders.compareAndSet(now, now + 1)) return true;
        }
        return false;
    }

    /** Ends a use. */
    public void leave() {
        if (holders.decrementAndGet() == 0) free.run();
    }

    /** Does not wait for uses; the second time does nothing. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) leave();
    }
}
