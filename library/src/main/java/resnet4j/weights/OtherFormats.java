package resnet4j.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;

/** Says what a file is that is no weight file, so that the reader of the sentence knows what went wrong. */
final class OtherFormats {
    private OtherFormats() {}

    /** Whether the file is a pickle: of protocol 2 or newer, or an older one that begins by naming something to call. */
    static boolean isPickle(MappedFile file) throws IOException {
        return Pattern.compile("\\u0080|\\(*c[\\w.]+\\n[\\w.]+\\n")
                .matcher(latin1(file, 0, 256))
                .lookingAt();
    }

    static String describe(MappedFile file) throws IOException {
        String start = latin1(file, 0, 64);
        String text = start.stripLeading().toLowerCase(Locale.ROOT);
        if (text.startsWith("<!doctype") || text.startsWith("<html") || text.startsWith("<?xml"))
            return "a web page; the address was not that of the file itself";
        if (start.startsWith("version https://git-lfs")) return "a Git LFS pointer; run git lfs pull";
        if (start.startsWith("\u0089HDF")) return "an HDF5 file (Keras); convert it to safetensors in Python";
        if (start.startsWith("\u001f\u008b")) return "a gzip file; unpack it";
        if (latin1(file, 257, 5).equals("ustar")) return "a tar file (PyTorch before 0.1.10, or an archive to unpack)";
        if (start.startsWith("\u0089PNG") || start.startsWith("\u00ff\u00d8\u00ff")) return "a picture";
        return "unknown content";
    }

    private static String latin1(MappedFile file, long offset, int length) throws IOException {
        if (offset >= file.size) return "";
        ByteBuffer bytes = file.slice(offset, Math.min(length, file.size - offset));
        return StandardCharsets.ISO_8859_1.decode(bytes).toString();
    }
}
