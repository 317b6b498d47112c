package resnet4j.files;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Brings published files here: downloads that resume, are checked, and appear under their name only when whole. */
public final class Download {
    /** Hears how far a download is. */
    public interface Progress {
        /** A listener that does nothing. */
        Progress NONE = (bytes, total) -> {};

        /** {@code bytes} of {@code total} are here; {@code total} is -1 while unknown. */
        void at(long bytes, long total);
    }

    private static final Duration PATIENCE = Duration.ofSeconds(30); // to connect, to the answer, and to more bytes
    private static final int CHUNK = 1 << 16;
    private static final String MD5 = "md5:";

    /** No published file of weights or data is larger. */
    private static final long MOST = 16L << 30;

    private Download() {}

    /**
     * {@code target}, downloaded from {@code uri} if it does not exist. A broken download continues where it ended, if
     * there is a checksum to find out that the file changed meanwhile.
     *
     * @param sum   the file's SHA-256 in hexadecimal, or its first digits; {@code md5:} and its MD5 where the publisher
     *              gives no other; empty if unknown
     * @param bytes the size of the file; -1 if unknown
     * @throws IOException in one sentence, if the file cannot be had, is not the one expected or larger, or if nothing
     *     of it comes for half a minute; it says which file to put where by hand
     */
    public static Path file(URI uri, Path target, String sum, long bytes, Progress progress) throws IOException {
        return file(uri, target, sum, bytes, progress, PATIENCE);
    }

    static Path file(URI uri, Path target, String sum, long bytes, Progress progress, Duration patience)
            throws IOException {
        if (Files.exists(target)) return target;
        Files.createDirectories(target.toAbsolutePath().getParent());
        Path part = target.resolveSibling(target.getFileName() + ".part");
        try (var out = FileChannel.open(
                        part, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
                FileLock lock = lock(out, target)) {
            if (Files.exists(target)) return target; // another process was faster
            if (sum.isEmpty()) out.truncate(0);
            download(uri, out, bytes, progress, patience);
            out.force(true);
            String digest = digest(out, sum.startsWith(MD5));
            if (!digest.startsWith(sum.toLowerCase(Locale.ROOT)) || bytes >= 0 && out.size() != bytes) {
                String got = out.size() + " bytes with " + shown(digest);
                out.truncate(0); // nothing to resume
                throw new IOException(target + ": expected " + (bytes >= 0 ? bytes + " bytes" : "a file") + " with "
                        + shown(sum) + " from " + uri + ", got " + got + "; try again");
            }
            AtomicFile.publish(part, target);
            return target;
        } catch (Unreachable e) {
            throw new IOException(
                    "cannot download " + uri + " (" + e.getMessage() + "); to go on without it, put that file"
                            + (sum.isEmpty() ? "" : " (" + shown(sum) + (partial(sum) ? "...)" : ")"))
                            + " at " + target.toAbsolutePath(),
                    e);
        }
    }

    /** A download that failed, and why. */
    private static final class Unreachable extends IOException {
        private static final long serialVersionUID = 1;

        Unreachable(String message, Throwable cause) {
            super(message, cause);
        }
    }

    private static FileLock lock(FileChannel part, Path target) throws IOException {
        try {
            FileLock lock = part.tryLock();
            if (lock != null) return lock;
        } catch (OverlappingFileLockException e) {
            // another thread has it; the sentence below
        }
        throw new IOException(target + ": is being downloaded by somebody else; wait for that to end");
    }

    /** Fills {@code out} from where it ends. */
    private static void download(URI uri, FileChannel out, long bytes, Progress progress, Duration patience)
            throws IOException {
        HttpClient client = HttpClient.newBuilder()
                .followRedirects(Redirect.NORMAL)
                .connectTimeout(patience)
                .build();
        try {
            HttpResponse<InputStream> response = get(client, uri, out.size(), patience);
            if (response.statusCode() == 416) { // what is here is not the beginning of what is there
                response.body().close();
                out.truncate(0);
                response = get(client, uri, 0, patience);
            }
            int status = response.statusCode();
            boolean continues = status == 206 && startsAt(response, out.size());
            long length = response.headers().firstValueAsLong("Content-Length").orElse(-1);
            try (var body = new Impatient(response.body(), patience)) {
                if (status != 200 && !continues) throw new Unreachable("the server answered " + status, null);
                if (!continues) out.truncate(0);
                copy(body, out, length < 0 ? bytes : out.size() + length, bytes < 0 ? MOST : bytes, progress);
            }
        } catch (Unreachable e) {
            throw e;
        } catch (FileSystemException e) {
            throw e; // of the disk here
        } catch (IOException e) {
            String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            throw new Unreachable(reason, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unreachable("interrupted", e);
        }
    }

    private static HttpResponse<InputStream> get(HttpClient client, URI uri, long from, Duration patience)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri).timeout(patience).header("User-Agent", "ResNet4J");
        if (from > 0) request.header("Range", "bytes=" + from + "-");
        return client.send(request.build(), BodyHandlers.ofInputStream());
    }

    private static boolean startsAt(HttpResponse<?> response, long from) {
        String range = response.headers().firstValue("Content-Range").orElse("");
        return range.startsWith("bytes " + from + "-");
    }

    private static void copy(Impatient in, FileChannel out, long total, long most, Progress progress)
            throws IOException {
        out.position(out.size());
        byte[] chunk = new byte[CHUNK];
        for (int n; (n = in.read(chunk)) >= 0; ) {
            if (out.position() + n > most) {
                out.truncate(0); // it is another file
                throw new Unreachable("more came than the " + most + " bytes that it may have", null);
            }
            var data = ByteBuffer.wrap(chunk, 0, n);
            while (data.hasRemaining()) out.write(data);
            progress.at(out.position(), total);
        }
    }

    /** An answer whose reader does not wait for ever: it is closed, which ends a read, when nothing came for a while. */
    private static final class Impatient implements AutoCloseable {
        private final InputStream body;
        private final Duration patience;
        private final Thread watch = new Thread(this::watch, "download");
        private volatile long last = System.nanoTime();
        private volatile boolean over, late;

        Impatient(InputStream body, Duration patience) {
            this.body = body;
            this.patience = patience;
            watch.setDaemon(true);
            watch.start();
        }

        private void watch() {
            try {
                while (!over) {
                    long left = patience.toNanos() - (System.nanoTime() - last);
                    if (left <= 0) {
                        late = true;
                        body.close();
                        return;
                    }
                    TimeUnit.NANOSECONDS.sleep(left);
                }
            } catch (InterruptedException | IOException e) {
                // over
            }
        }

        int read(byte[] chunk) throws IOException {
            int n;
            try {
                n = body.read(chunk);
            } catch (IOException e) {
                if (late) throw silence(e);
                throw e;
            }
            if (late) throw silence(null); // closed by the watch: not the end
            last = System.nanoTime();
            return n;
        }

        private Unreachable silence(IOException cause) {
            return new Unreachable("nothing came for " + patience.toSeconds() + " seconds", cause);
        }

        @Override
        public void close() throws IOException {
            over = true;
            watch.interrupt();
            body.close();
        }
    }

    private static String shown(String sum) {
        return sum.startsWith(MD5) ? "MD5 " + sum.substring(MD5.length()) : "SHA-256 " + sum;
    }

    private static boolean partial(String sum) {
        return !sum.startsWith(MD5) && sum.length() < 64;
    }

    private static String digest(FileChannel file, boolean md5) throws IOException {
        var digest = md5 ? Digest.md5() : Digest.sha256();
        var chunk = ByteBuffer.allocate(CHUNK);
        file.position(0);
        while (file.read(chunk.clear()) >= 0) digest.update(chunk.flip());
        return (md5 ? MD5 : "") + HexFormat.of().formatHex(digest.digest());
    }
}
