package resnet4j.tensor;

import java.util.ArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * Threads whose operations are not split. Where work falls into parts, a part on every core is faster than every core on
 * one part: nobody waits for the slowest at the end of each operation. There are as many as the machine has processors,
 * for the whole process.
 */
public final class Workers {
    static {
        Engine.ready();
    }

    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final ExecutorService POOL = pool();

    private Workers() {}

    private static ExecutorService pool() {
        int processors = Runtime.getRuntime().availableProcessors();
        return Executors.newFixedThreadPool(
                processors,
                work -> { // they stay: each new one touches what others begin with
                    var thread = new Thread(() -> {
                        Engine.splitNothing();
                        work.run();
                    });
                    thread.setName("resnet4j-worker-" + COUNT.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
    }

    /**
     * Does part 0 to {@code parts - 1}, at most {@link Engine#threads} of them at a time, and waits until all are done. A
     * part has no scope around it; what it makes is its own.
     *
     * @throws RuntimeException or an Error that a part threw, when the others have ended
     */
    public static void each(int parts, IntConsumer part) {
        int threads = Engine.threads();
        if (threads == 1) { // a worker's too
            for (int i = 0; i < parts; i++) part.accept(i);
            return;
        }
        var next = new AtomicInteger();
        var running = new ArrayList<Future<?>>();
        try {
            for (int i = 0; i < Math.min(parts, threads); i++)
                running.add(POOL.submit(() -> {
                    for (int mine; (mine = next.getAndIncrement()) < parts; ) part.accept(mine);
                }));
        } catch (OutOfMemoryError noThread) { // those that run do the others' parts, which nobody may leave alone
            if (running.isEmpty()) throw noThread;
        }
        Throwable failure = null;
        boolean interrupted = false;
        for (var worker : running) {
            for (boolean done = false; !done; ) {
                try {
                    worker.get();
                    done = true;
                } catch (InterruptedException e) { // a part cannot be stopped half-way
                    interrupted = true;
                } catch (ExecutionException e) {
                    failure = e.getCause();
                    done = true;
                }
            }
        }
        if (interrupted) Thread.currentThread().interrupt();
        if (failure instanceof RuntimeException e) throw e;
        if (failure instanceof Error e) throw e;
    }
}
