package resnet4j.tensor;

import java.util.List;
import org.bytedeco.pytorch.global.torch;

/** Element types of a tensor, with the names that safetensors gives them. */
public enum DType {
    F64(8),
    F32(4),
    F16(2),
    BF16(2),
    I64(8),
    I32(4),
    I16(2),
    I8(1),
    U8(1),
    BOOL(1);

    /** Size of one element in bytes. */
    public final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    // Methods, not fields, so that naming a type in pure Java code loads no native library.
    torch.ScalarType scalarType() {
        return switch (this) {
            case F64 -> torch.ScalarType.Double;
            case F32 -> torch.ScalarType.Float;
            case F16 -> torch.ScalarType.Half;
            case BF16 -> torch.ScalarType.BFloat16;
            case I64 -> torch.ScalarType.Long;
            case I32 -> torch.ScalarType.Int;
            case I16 -> torch.ScalarType.Short;
            case I8 -> torch.ScalarType.Char;
            case U8 -> torch.ScalarType.Byte;
            case BOOL -> torch.ScalarType.Bool;
        };
    }

    static DType of(torch.ScalarType type) {
        for (var dtype : values()) if (dtype.scalarType().value == type.value) return dtype;
        throw new IllegalArgumentException("dtype: expected one of " + List.of(values()) + ", got " + type);
    }
}
