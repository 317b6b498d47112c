package resnet4j.tensor;

import java.io.IOException;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.global.torch;
import resnet4j.files.Natives;

/** The libtorch that this process runs on. */
public final class Engine {
    static {
        Natives.unpack(torch.class);
    }

    private Engine() {}

    /** Sees to libtorch's natives, before a class that uses them does anything else: called first by every public one. */
    static void ready() {}

    /** Compares every byte of the natives in the cache with the jars', and unpacks those that differ. */
    public static void repair() throws IOException {
        Natives.verify(torch.class);
        Natives.verify(dnnl.class);
    }

    /** Version of libtorch and of its JavaCPP presets, such as {@code 2.10.0-1.5.13}. */
    public static String version() {
        try {
            return Loader.getVersion("org.bytedeco", "pytorch");
        } catch (IOException e) {
            return "unknown";
        }
    }

    /** The widest vector instructions that libtorch's own kernels use here: DEFAULT, AVX2 or AVX512. */
    public static String cpuCapability() {
        try (var text = torch.get_cpu_capability()) {
            return text.getString();
        }
    }

    /** Threads that one operation is split over. */
    public static int threads() {
        return torch.get_num_threads();
    }

    /** Splits operations over {@code n} threads from now on, in the whole process. */
    public static synchronized void threads(int n) {
        if (n < 1) throw new IllegalArgumentException("threads: expected at least 1, got " + n);
        torch.set_num_threads(n);
    }

    /** Has the calling thread, a new one, do its operations alone, while those of other threads are split as before. */
    static synchronized void splitNothing() {
        int others = torch.get_num_threads(); // what a thread begins with, and is set now, not at its first operation
        var threadsToCome = new Thread(() -> torch.set_num_threads(others));
        torch.set_num_threads(1); // of this thread, and of threads to come
        boolean interrupted = false;
        try {
            threadsToCome.start();
            while (threadsToCome.isAlive())
                try {
                    threadsToCome.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
        } catch (OutOfMemoryError noThread) {
            torch.set_num_threads(others); // slower, and as right
        }
        if (interrupted) Thread.currentThread().interrupt();
    }

    /** Gives memory that was freed back to the system, as far as it is known how: after much that will not be needed again. */
    public static void trim() {
        Pointer.trimMemory();
    }

    public static int cudaDevices() {
        return torch.cuda_is_available() ? torch.cuda_device_count() : 0;
    }
}
