package resnet4j.cli;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import resnet4j.files.AtomicFile;

/**
 * Whether the process was told to end, as by Ctrl-C. While one is open the command gets some seconds to stop by itself, to
 * save and to say so; told twice, or without one, the process ends at once.
 *
 * <p>It ends by the signal, like a process that does not listen. Java's own answer is the C library's exit, which destroys
 * what libtorch and oneDNN hold while threads compute with it, so that the process dies of SIGSEGV or waits for ever.
 */
final class StopSignal implements BooleanSupplier, AutoCloseable {
    private static final long SECONDS_TO_STOP = 9;
    private static final List<String> SIGNALS = List.of("INT", "TERM", "HUP");

    private static final Set<StopSignal> OPEN = ConcurrentHashMap.newKeySet();
    private static final AtomicBoolean TOLD = new AtomicBoolean();
    private static final CountDownLatch ANSWERED = new CountDownLatch(1);

    StopSignal() {
        OPEN.add(this);
    }

    /** From now on this process ends as said above: for the beginning of one that is a command and nothing else. */
    static void listen() {
        try {
            var handler =
                    Class.forName("sun.misc.SignalHandler"); // by name: compilers warn of it, and there is no other
            var signal = Class.forName("sun.misc.Signal");
            var handle = signal.getMethod("handle", signal, handler);
            var byDefault = handler.getField("SIG_DFL").get(null);
            var listener =
                    Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] {handler}, (proxy, m, args) -> {
                        stop();
                        handle.invoke(null, args[0], byDefault);
                        end((int) signal.getMethod("getNumber").invoke(args[0]));
                        return null;
                    });
            for (String name : SIGNALS)
                try {
                    handle.invoke(null, signal.getConstructor(String.class).newInstance(name), listener);
                } catch (InvocationTargetException e) {
                    // a system without it, or Java started with -Xrs, which leaves signals alone
                }
        } catch (ReflectiveOperationException e) {
            // another Java: it answers signals in its own way
        }
    }

    private static void stop() throws InterruptedException {
        ProcessHandle.current().children().forEach(ProcessHandle::destroyForcibly); // of which none saves anything
        if (TOLD.getAndSet(true) || OPEN.isEmpty()) return;
        ANSWERED.await(SECONDS_TO_STOP, TimeUnit.SECONDS);
    }

    /** Java cannot send itself a signal that it does not listen to. */
    private static void end(int number) throws InterruptedException {
        AtomicFile.abandon();
        try {
            var kill = "kill -" + number + " " + ProcessHandle.current().pid();
            new ProcessBuilder("sh", "-c", kill).start().waitFor(SECONDS_TO_STOP, TimeUnit.SECONDS);
        } catch (IOException e) {
            // no shell, as on Windows
        }
        Runtime.getRuntime().halt(128 + number);
    }

    /** The command has ended and said what it had to say; does not return if the process was told to end. */
    static void answered() {
        ANSWERED.countDown();
        try {
            if (TOLD.get()) new CountDownLatch(1).await(); // it ends by the signal
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean getAsBoolean() {
        return TOLD.get();
    }

    @Override
    public void close() {
        OPEN.remove(this);
    }
}
