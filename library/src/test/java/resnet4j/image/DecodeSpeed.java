package resnet4j.image;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Pictures a second on one thread, from memory, of decoding and preprocessing the JPEGs of a folder. Best of 5 rounds
 * of at least a second; by the thread's processor time, so that other work on the machine counts less.
 *
 * <pre>
 * mvn -q -pl :resnet4j test-compile dependency:build-classpath -Dmdep.outputFile=target/classpath.txt
 * java -cp library/target/test-classes:library/target/classes:$(cat library/target/classpath.txt) \
 *     resnet4j.image.DecodeSpeed FOLDER
 * </pre>
 */
final class DecodeSpeed {
    private DecodeSpeed() {}

    private interface Work {
        Image of(byte[] file) throws IOException;
    }

    public static void main(String[] args) throws IOException {
        List<byte[]> files = new ArrayList<>();
        try (var names = Files.list(Path.of(args[0]))) {
            for (Path name : names.sorted().toList())
                if (name.toString().toLowerCase().matches(".*\\.jpe?g")) files.add(Files.readAllBytes(name));
        }
        Preprocess imagenet = Preprocess.imagenet();
        List<Image> images = new ArrayList<>();
        for (byte[] file : files) images.add(ImageFile.decode(file, "file", false));
        measure("decode", files, file -> ImageFile.decode(file, "file", false));
        measure("decode by the JDK", files, file -> ((Jpeg) Encoded.of(file)).decodeByJdk());
        measure("the gate alone", files, file -> {
            Encoded.of(file);
            return null;
        });
        measure("decode at least 256", files, DecodeSpeed::reduced);
        int[] next = {0};
        measure("resize 256, crop 224", files, file -> imagenet.apply(images.get(next[0]++ % images.size())));
        measure("decode, resize 256, crop 224", files, file -> imagenet.apply(ImageFile.decode(file, "file", false)));
    }

    private static Image reduced(byte[] file) throws IOException {
        return ImageFile.decode(file, "file", Decoding.STORED.reduced(256), DecodeLimits.DEFAULT);
    }

    private static void measure(String what, List<byte[]> files, Work work) throws IOException {
        var threads = ManagementFactory.getThreadMXBean();
        double best = 0;
        for (int round = 0; round < 5; round++) {
            long start = threads.getCurrentThreadCpuTime(), done = 0, spent;
            do {
                for (byte[] file : files) work.of(file);
                done += files.size();
                spent = threads.getCurrentThreadCpuTime() - start;
            } while (spent < 1_000_000_000L);
            best = Math.max(best, done * 1e9 / spent);
        }
        System.out.printf("%-30s %7.0f pictures/s%n", what, best);
    }
}
