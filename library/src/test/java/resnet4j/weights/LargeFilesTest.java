package resnet4j.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import resnet4j.array.DType;
import resnet4j.array.HostTensor;

class LargeFilesTest {
    @TempDir
    Path folder;

    /** A file of 5 GiB with holes where its zeros are, so that it takes no room: beyond what one buffer can hold. */
    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "files have no holes there unless asked for")
    void read_reachesBeyond2GiB() throws IOException {
        long[] sizes = {3L << 29, 7, 2, 3L << 29, Integer.MAX_VALUE};
        var header = new StringBuilder("{");
        long end = 0;
        for (int i = 0; i < sizes.length; i++) {
            header.append(String.format(
                    Locale.ROOT,
                    "%s\"t%d\":{\"dtype\":\"U8\",\"shape\":[%d],\"data_offsets\":[%d,%d]}",
                    i == 0 ? "" : ",",
                    i,
                    sizes[i],
                    end,
                    end + sizes[i]));
            end += sizes[i];
        }
        byte[] json = header.append("}").toString().getBytes(StandardCharsets.US_ASCII);
        Path path = folder.resolve("large.safetensors");
        try (var file = new RandomAccessFile(path.toFile(), "rw")) {
            file.write(ByteBuffer.allocate(8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(json.length)
                    .array());
            file.write(json);
            long at = 8 + json.length;
            file.setLength(at + end);
            for (int i = 0; i < sizes.length; i++) { // mark the last byte of every tensor
                at += sizes[i];
                file.seek(at - 1);
                file.write(i + 1);
            }
        }
        Map<String, HostTensor> tensors = WeightFile.read(path).tensors();
        for (int i = 0; i < sizes.length; i++) {
            ByteBuffer data = tensors.get("t" + i).data();
            assertEquals(sizes[i], data.remaining());
            assertEquals(0, data.get(0));
            assertEquals(i + 1, data.get(data.limit() - 1));
        }
    }

    /** A ResNet-50's worth of bytes: under half a second with a warm page cache, under 20 MB of Java heap. */
    @Test
    @Tag("slow")
    void read_maps100MegabytesFastAndOffTheHeap() throws IOException {
        var tensors = new LinkedHashMap<String, HostTensor>();
        for (int i = 0; i < 320; i++)
            tensors.put(
                    "layer" + i + ".weight",
                    new HostTensor(DType.F32, List.of(64L, 1250L), ByteBuffer.allocate(64 * 1250 * 4)));
        Path pth = folder.resolve("a.pth");
        Path safetensors = folder.resolve("a.safetensors");
        PyTorchFile.write(pth, tensors);
        SafeTensors.write(safetensors, tensors, Map.of());
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (Path path : List.of(pth, safetensors)) {
            WeightFile.read(path); // warm
            long allocated = threads.getCurrentThreadAllocatedBytes();
            long start = System.nanoTime();
            assertEquals(320, WeightFile.read(path).tensors().size());
            double seconds = (System.nanoTime() - start) / 1e9;
            allocated = threads.getCurrentThreadAllocatedBytes() - allocated;
            System.out.printf("%s: %.3f s, %,d bytes of heap%n", path.getFileName(), seconds, allocated);
            assertTrue(seconds < 0.5, seconds + " s");
            assertTrue(allocated < 20_000_000, allocated + " bytes");
        }
    }
}
