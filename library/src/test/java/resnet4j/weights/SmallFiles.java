package resnet4j.weights;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.InflaterInputStream;
import resnet4j.array.DType;
import resnet4j.array.HostTensor;

/** Small files that Python wrote, and what Python sees in them: made by scripts/parity/small_weight_files.py. */
final class SmallFiles {
    private SmallFiles() {}

    /** @param tensors type, shape and bytes of every tensor, as {@link #describe} gives them */
    record Case(String name, byte[] file, Map<String, String> tensors) {
        /** What a network of these tensors expects. */
        Map<String, Fit.Spec> specs() {
            var specs = new LinkedHashMap<String, Fit.Spec>();
            tensors.forEach((name, described) -> {
                String[] fields = described.split(" ");
                var shape = Stream.of(fields[1].replaceAll("[\\[\\]]", "").split(","))
                        .filter(size -> !size.isEmpty())
                        .map(Long::valueOf)
                        .toList();
                specs.put(name, new Fit.Spec(DType.valueOf(fields[0]), shape));
            });
            return specs;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static List<Case> all() {
        try (var in = SmallFiles.class.getResourceAsStream("small-files.tsv")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(SmallFiles::parse)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] file(String name) {
        return all().stream().filter(c -> c.name.equals(name)).findFirst().orElseThrow().file;
    }

    private static Case parse(String line) {
        String[] columns = line.split("\t");
        var tensors = new LinkedHashMap<String, String>();
        for (int i = 2; i < columns.length; i++) {
            int space = columns[i].indexOf(' ');
            tensors.put(
                    columns[i].substring(0, space),
                    columns[i].substring(space + 1).stripTrailing());
        }
        return new Case(columns[0], inflate(Base64.getDecoder().decode(columns[1])), tensors);
    }

    private static byte[] inflate(byte[] data) {
        try (var in = new InflaterInputStream(new ByteArrayInputStream(data))) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Map<String, String> describe(Map<String, HostTensor> tensors) {
        var described = new LinkedHashMap<String, String>();
        tensors.forEach((name, tensor) -> {
            byte[] bytes = new byte[tensor.data().remaining()];
            tensor.data().get(bytes);
            String shape = tensor.shape().toString().replace(" ", "");
            described.put(
                    name, (tensor.dtype() + " " + shape + " " + HexFormat.of().formatHex(bytes)).stripTrailing());
        });
        return described;
    }
}
