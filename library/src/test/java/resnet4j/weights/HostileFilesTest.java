package resnet4j.weights;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Damaged files of every kind: a reader ends in an IOException or gives everything, within a second, and allocates at
 * most four times the size of the file and 16 MB. {@code -Dfuzz.executions=10000000} for as many mutations as that,
 * {@code -Dfuzz.seed=7} for others, {@code -Dfuzz.seconds=60} for longer.
 */
class HostileFilesTest {
    private static final long EXECUTIONS = Long.getLong("fuzz.executions", 20_000_000);
    private static final long SECONDS =
            Long.getLong("fuzz.seconds", System.getProperty("fuzz.executions") == null ? 8 : 1 << 20);
    private static final long SEED = Long.getLong("fuzz.seed", 0);
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void read_survivesMutations() {
        List<byte[]> corpus =
                SmallFiles.all().stream().map(SmallFiles.Case::file).toList();
        long end = System.nanoTime() + SECONDS * 1_000_000_000L;
        long refused = 0, done = 0, slowest = 0, largest = 0;
        for (; done < EXECUTIONS && System.nanoTime() < end; done++) {
            var random = new SplittableRandom(SEED + done);
            byte[] file = mutate(corpus, random);
            long before = THREADS.getCurrentThreadAllocatedBytes();
            long start = System.nanoTime();
            try {
                WeightFile.read(new MappedFile(file));
            } catch (IOException e) {
                refused++;
            } catch (RuntimeException | Error e) {
                throw new AssertionError("-Dfuzz.seed=" + (SEED + done) + " -Dfuzz.executions=1", e);
            }
            long nanos = System.nanoTime() - start;
            long bytes = THREADS.getCurrentThreadAllocatedBytes() - before;
            slowest = Math.max(slowest, nanos);
            largest = Math.max(largest, bytes);
            String again = ": -Dfuzz.seed=" + (SEED + done) + " -Dfuzz.executions=1";
            assertTrue(bytes <= 4L * file.length + (16 << 20), bytes + " bytes for " + file.length + again);
            // a busy machine may stop the thread for a while: a hang is one that repeats
            assertTrue(nanos < 1_000_000_000L || millis(file) < 1000, nanos / 1_000_000 + " ms" + again);
        }
        System.out.printf(
                "weight files: %,d mutations, %,d refused, slowest %d ms, most allocated %,d bytes%n",
                done, refused, slowest / 1_000_000, largest);
        assertTrue(refused > done / 4 && refused < done, "mutations that do something, and some that do no harm");
    }

    private static long millis(byte[] file) {
        long start = System.nanoTime();
        try {
            WeightFile.read(new MappedFile(file));
        } catch (IOException e) {
            // refused, as before
        }
        return (System.nanoTime() - start) / 1_000_000;
    }

    /** Words that mean something to one of the formats. */
    private static final byte[][] WORDS = {
        latin1("\u0080\u0002"),
        latin1("]"),
        latin1("("),
        latin1("2"),
        latin1("tR"),
        latin1("h\0"),
        latin1("q\0"),
        latin1("("),
        latin1("u"),
        latin1("\u0095\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f"),
        latin1("ctorch._utils\n_rebuild_tensor_v2\n"),
        latin1("ctorch\nFloatStorage\n"),
        latin1("Q"),
        latin1("."),
        latin1("\u008a\u00ff"),
        latin1("X\u00ff\u00ff\u00ff\u00ff"),
        latin1("J\u00ff\u00ff\u00ff\u007f"),
        latin1("PK\1\2"),
        latin1("PK\3\4"),
        latin1("PK\5\6"),
        latin1("PK\6\6"),
        latin1("PK\6\7"),
        latin1("9223372036854775807"),
        latin1("[0,8]"),
        latin1("\"dtype\":\"F64\""),
        latin1("-1"),
        latin1("{"),
        latin1("}"),
    };

    private static byte[] mutate(List<byte[]> corpus, SplittableRandom random) {
        byte[] file = corpus.get(random.nextInt(corpus.size())).clone();
        for (int edits = 1 + random.nextInt(6); edits > 0 && file.length > 0; edits--) {
            int at = random.nextInt(file.length);
            switch (random.nextInt(8)) {
                case 0 -> file[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> file[at] = (byte) random.nextInt(256);
                case 2 -> file[at] = (byte) (random.nextBoolean() ? 0 : 0xff);
                case 3 -> { // a large number
                    long[] large = {-1, Integer.MAX_VALUE, Long.MAX_VALUE, 1L << 32, file.length, 0};
                    if (at + 8 <= file.length)
                        ByteBuffer.wrap(file)
                                .order(ByteOrder.LITTLE_ENDIAN)
                                .putLong(at, large[random.nextInt(large.length)]);
                }
                case 4 -> file = splice(file, at, WORDS[random.nextInt(WORDS.length)], at);
                case 5 -> { // a piece again, or left out
                    int to = random.nextInt(file.length);
                    byte[] piece = Arrays.copyOfRange(file, Math.min(at, to), Math.max(at, to));
                    if (piece.length < 4096) file = splice(file, at, random.nextBoolean() ? piece : new byte[0], to);
                }
                case 6 -> { // a piece of another file
                    byte[] other = corpus.get(random.nextInt(corpus.size()));
                    int from = random.nextInt(other.length);
                    int length = Math.min(random.nextInt(64), other.length - from);
                    file = splice(file, at, Arrays.copyOfRange(other, from, from + length), at);
                }
                default -> {
                    if (random.nextInt(8) == 0) file = Arrays.copyOf(file, at);
                }
            }
        }
        return file;
    }

    /** {@code file} with {@code piece} in place of its bytes {@code from} to {@code to}, or inserted if they cross. */
    private static byte[] splice(byte[] file, int from, byte[] piece, int to) {
        int rest = Math.max(from, to);
        byte[] spliced = new byte[from + piece.length + file.length - rest];
        System.arraycopy(file, 0, spliced, 0, from);
        System.arraycopy(piece, 0, spliced, from, piece.length);
        System.arraycopy(file, rest, spliced, from + piece.length, file.length - rest);
        return spliced;
    }

    private static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
