package resnet4j.tensor;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;

/** What native memory is kept, for tests in which as much must be free after a piece of work as before. */
public final class LiveObjects {
    private LiveObjects() {}

    /**
     * As {@link NativeScope#liveObjects}, without those that only the garbage collector would free. What earlier tests
     * left to it would otherwise go at any moment, in the middle of a count too.
     */
    public static long settled() {
        try {
            var collected = new ReferenceQueue<Object>();
            var garbage = new WeakReference<>(new Object(), collected);
            do System.gc();
            while (collected.remove(100) != garbage);
            long before = -1, now = NativeScope.liveObjects();
            while (now != before) { // JavaCPP frees in a thread of its own
                Thread.sleep(20);
                before = now;
                now = NativeScope.liveObjects();
            }
            return now;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the garbage collector", e);
        }
    }

    /** Whether others read the tensor's memory too: the history of gradients, or a view. */
    public static boolean isShared(Tensor tensor) {
        try (var scope = new NativeScope()) {
            return tensor.handle.storage().use_count() > 1;
        }
    }
}
