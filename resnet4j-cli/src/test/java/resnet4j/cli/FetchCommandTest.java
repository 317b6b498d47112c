package resnet4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import resnet4j.config.Records;

class FetchCommandTest {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter(), err = new StringWriter();

    private int run(String... args) {
        return Main.run(new PrintWriter(out), new PrintWriter(err), args);
    }

    @Test
    void fetch_findsWeightsThatAreThere() throws IOException {
        Path file = Files.write(folder.resolve("resnet50-11ad3fa6.pth"), new byte[5]);
        assertEquals(0, run("fetch", "resnet50.tv_in1k_v2", "--to", folder.toString(), "--json"), err::toString);
        var json = Records.parse(out.toString());
        assertEquals(file.toString(), json.get("file").textValue());
        assertEquals(5, json.get("bytes").intValue());
        assertEquals("resnet50", json.at("/weights/model").textValue());
    }

    @Test
    void fetch_findsDataThatIsThere() throws IOException {
        Path file = Files.write(folder.resolve("cifar-10-binary.tar.gz"), new byte[3 << 20]);
        assertEquals(0, run("fetch", "cifar10", "--to", folder.toString()), err::toString);
        assertEquals(file + ": 3 MiB, for --data cifar10:" + file + System.lineSeparator(), out.toString());
    }

    @Test
    void fetch_saysHowAMedicalSetIsRead() throws IOException {
        Path file = Files.write(folder.resolve("retinamnist.npz"), new byte[1 << 20]);
        assertEquals(0, run("fetch", "retinamnist", "--to", folder.toString()), err::toString);
        assertEquals(file + ": 1 MiB, for --data npz:" + file + System.lineSeparator(), out.toString());
    }

    @Test
    void fetch_proposesTheNearestName() {
        assertEquals(2, run("fetch", "cifar-10"));
        assertTrue(err.toString().contains("Did you mean 'cifar10'?"), err::toString);
    }

    @Test
    void fetch_isOneSentenceWhereTheFolderCannotBe() throws IOException {
        Path notAFolder = Files.write(folder.resolve("file"), new byte[1]);
        assertEquals(1, run("fetch", "cifar100", "--to", notAFolder.toString()));
        assertEquals(1, err.toString().lines().count(), err::toString);
        assertTrue(err.toString().contains(notAFolder.toString()), err::toString);
    }
}
