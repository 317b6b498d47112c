package resnet4j;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import resnet4j.files.Natives;
import resnet4j.report.Words;

/** What went wrong, for people: whatever was thrown as one line that says what to do where that is known. */
public final class Sentences {
    /** What the natives of libtorch's presets are made for. */
    private static final List<String> PLATFORMS = List.of("linux-x86_64", "macosx-arm64", "windows-x86_64");

    private Sentences() {}

    /** One line without control characters, of at most some thousand letters. */
    public static String of(Throwable e) {
        return Words.sentence(raw(e));
    }

    private static String raw(Throwable e) {
        if ((e instanceof UncheckedIOException || e instanceof ExecutionException) && e.getCause() != null)
            return raw(e.getCause());
        if (e instanceof FileSystemException file) return raw(file);
        if (e instanceof OutOfMemoryError)
            return "the Java heap of " + (Runtime.getRuntime().maxMemory() >> 20) + " MiB is full (" + e.getMessage()
                    + "); give it more with RESNET4J_JAVA_OPTS=-Xmx8g, or work on smaller batches.";
        if (e instanceof LinkageError && natives(e) instanceof UncheckedIOException unpacking) return raw(unpacking);
        if (e instanceof LinkageError && !PLATFORMS.contains(Natives.platform()))
            return "libtorch has no natives for " + Natives.platform() + "; run on one of "
                    + String.join(", ", PLATFORMS) + ", or export the model to ONNX there.";
        if (e instanceof LinkageError)
            return "the native library could not be loaded (" + text(e) + "); './resnet4j doctor' says what is wrong.";
        if (e instanceof InternalError && text(e).contains("memory access"))
            return "a file was shortened while it was in use; let nobody write it meanwhile, and start again.";
        var message = text(e);
        if (message.isBlank()) return e.getClass().getSimpleName() + "; run again with --debug to see where.";
        if (e instanceof IllegalArgumentException || e instanceof IOException || said(e)) return message;
        return message + " (" + e.getClass().getSimpleName() + "; run again with --debug to see where)";
    }

    /** Why a class that needs native libraries could not begin: what was thrown first. */
    private static Throwable natives(Throwable e) {
        Throwable first = e;
        while (first instanceof LinkageError && first.getCause() != null) first = first.getCause();
        return first;
    }

    /** Whether the exception is one of ours, with a sentence for people. */
    private static boolean said(Throwable e) {
        return e.getClass().getName().startsWith("resnet4j.") || text(e).contains(": expected ");
    }

    private static String raw(FileSystemException e) {
        String reason;
        if (e instanceof NoSuchFileException) reason = "there is no such file or folder";
        else if (e instanceof FileAlreadyExistsException) reason = "it exists already";
        else if (e instanceof AccessDeniedException) reason = "reading or writing it is not permitted";
        else if (e instanceof NotDirectoryException) reason = "it is not a folder";
        else if (e instanceof DirectoryNotEmptyException) reason = "the folder is not empty";
        else if (e instanceof FileSystemLoopException) reason = "a link in it leads back to a folder that it lies in";
        else if (e.getReason() == null) reason = "it cannot be read or written";
        else return text(e);
        return e.getFile() + ": " + (e.getReason() == null ? reason : e.getReason()) + ".";
    }

    private static String text(Throwable e) {
        return e.getMessage() == null ? "" : e.getMessage();
    }
}
