package resnet4j.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Base64;
import java.util.function.Supplier;
import resnet4j.config.WrittenAs;

/** Many numbers, which JSON has as base64 of 32-bit floats, little-endian. @param values not to be changed */
public record Floats(float[] values) implements WrittenAs<Floats.Packed> {
    /** As they are written. */
    public record Packed(String f32) implements Supplier<Floats> {
        @Override
        public Floats get() {
            byte[] bytes;
            try {
                bytes = Base64.getDecoder().decode(f32);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("f32: expected base64, got something else");
            }
            if (bytes.length % Float.BYTES != 0)
                throw new IllegalArgumentException("f32: expected 4 bytes for each number, got " + bytes.length);
            var values = new float[bytes.length / Float.BYTES];
            ByteBuffer.wrap(bytes)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer()
                    .get(values);
            return new Floats(values);
        }
    }

    public Floats {
        for (float value : values)
            if (!Float.isFinite(value))
                throw new IllegalArgumentException("f32: expected finite numbers, got " + value);
    }

    @Override
    public Packed written() {
        var bytes = ByteBuffer.allocate(Math.multiplyExact(Float.BYTES, values.length))
                .order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return new Packed(Base64.getEncoder().encodeToString(bytes.array()));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Floats floats && Arrays.equals(values, floats.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return values.length + " numbers";
    }
}
