package resnet4j.array;

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
}
