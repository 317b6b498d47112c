package resnet4j.measure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/**
 * How much of the current thread's work is done inside libtorch, sampled by the JDK's flight recorder from the start of
 * this to {@link #outside}. The recorder looks at the thread every few milliseconds, wherever it is, and says whether
 * it is in Java or in a native call; nothing is added to the code that is measured.
 */
final class NativeShare implements AutoCloseable {
    private static final Duration PERIOD = Duration.ofMillis(5);
    private static final String JAVA = "jdk.ExecutionSample", NATIVE = "jdk.NativeMethodSample";

    private final long thread = Thread.currentThread().getId();
    private final Recording recording = new Recording();

    NativeShare() {
        for (var event : List.of(JAVA, NATIVE)) recording.enable(event).withPeriod(PERIOD);
        recording.start();
    }

    /** Samples in Java code, or in native code of others, over all samples; NaN if there is none. Ends the recording. */
    double outside() {
        recording.stop();
        try {
            var file = Files.createTempFile("resnet4j", ".jfr");
            recording.dump(file);
            var samples = RecordingFile.readAllEvents(file).stream()
                    .filter(this::isSample)
                    .toList();
            Files.delete(file);
            long inside = samples.stream().filter(NativeShare::isInLibtorch).count();
            return samples.isEmpty() ? Double.NaN : (double) (samples.size() - inside) / samples.size();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean isSample(RecordedEvent event) {
        var name = event.getEventType().getName();
        return (name.equals(JAVA) || name.equals(NATIVE))
                && event.getThread("sampledThread") != null
                && event.getThread("sampledThread").getJavaThreadId() == thread;
    }

    private static boolean isInLibtorch(RecordedEvent event) {
        if (!event.getEventType().getName().equals(NATIVE) || event.getStackTrace() == null) return false;
        var method = event.getStackTrace().getFrames().get(0).getMethod();
        return method.getType().getName().startsWith("org.bytedeco.pytorch.");
    }

    @Override
    public void close() {
        recording.close();
    }
}
