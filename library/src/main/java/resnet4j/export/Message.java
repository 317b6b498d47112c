package resnet4j.export;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * A protobuf message in the making, field by field. Its bytes are a rope: a message inside another is not copied, nor
 * are weights.
 */
final class Message {
    private ByteString bytes = ByteString.EMPTY;

    Message add(int field, long number) {
        return append(WireFormat.WIRETYPE_VARINT, field, out -> out.writeUInt64NoTag(number));
    }

    Message add(int field, float number) {
        return append(WireFormat.WIRETYPE_FIXED32, field, out -> out.writeFloatNoTag(number));
    }

    Message add(int field, String text) {
        return add(field, ByteString.copyFromUtf8(text));
    }

    Message add(int field, Message inner) {
        return add(field, inner.bytes);
    }

    Message add(int field, ByteString content) {
        append(WireFormat.WIRETYPE_LENGTH_DELIMITED, field, out -> out.writeUInt64NoTag(content.size()));
        bytes = bytes.concat(content);
        return this;
    }

    /** One field for each. */
    Message addAll(int field, List<String> texts) {
        texts.forEach(text -> add(field, text));
        return this;
    }

    ByteString bytes() {
        return bytes;
    }

    private interface Value {
        void write(CodedOutputStream out) throws IOException;
    }

    private Message append(int wireType, int field, Value value) {
        var buffer = new byte[20]; // two numbers of at most 10 bytes
        var out = CodedOutputStream.newInstance(buffer);
        try {
            out.writeUInt32NoTag(field << 3 | wireType);
            value.write(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        bytes = bytes.concat(ByteString.copyFrom(buffer, 0, out.getTotalBytesWritten()));
        return this;
    }
}
