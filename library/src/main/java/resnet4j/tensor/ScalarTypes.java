package resnet4j.tensor;

import java.util.List;
import org.bytedeco.pytorch.global.torch;
import resnet4j.array.DType;

/** Element types in libtorch's words. */
final class ScalarTypes {
    private ScalarTypes() {}

    static torch.ScalarType of(DType type) {
        return switch (type) {
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
        for (var dtype : DType.values()) if (of(dtype).value == type.value) return dtype;
        throw new IllegalArgumentException("dtype: expected one of " + List.of(DType.values()) + ", got " + type);
    }
}
