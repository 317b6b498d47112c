package resnet4j.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.Shared;
import resnet4j.image.Decoding;
import resnet4j.image.Preprocess;

class PictureFilesTest {
    @TempDir
    Path temp;

    private Path root;

    @BeforeEach
    void makeRoot() throws IOException {
        root = Files.createDirectory(temp.resolve("pictures"));
    }

    /** A picture of 2x1: one pixel of that colour, one black. Its format is its ending. */
    static void picture(Path file, int rgb) throws IOException {
        Files.createDirectories(file.getParent());
        var image = new BufferedImage(2, 1, BufferedImage.TYPE_INT_RGB);
        image.setRGB(0, 0, rgb);
        var name = file.toString();
        assertTrue(ImageIO.write(
                image, name.substring(name.lastIndexOf('.') + 1).toLowerCase(java.util.Locale.ROOT), file.toFile()));
    }

    private void assertRefused(String... message) {
        var e = assertThrows(IOException.class, () -> PictureFiles.folder(root));
        assertTrue(e.getMessage().startsWith(root.toString()), e.getMessage());
        for (var part : message) assertTrue(e.getMessage().contains(part), e.getMessage());
    }

    private List<String> names(Dataset<Label> data) {
        return java.util.stream.IntStream.range(0, data.size())
                .mapToObj(i -> data.name(i))
                .toList();
    }

    @Test
    void classes_areTheFoldersInOrderWithAllTheirPictures() throws IOException {
        picture(root.resolve("zebra/1.png"), 0x010203);
        picture(root.resolve("ant/deep/er/2.PNG"), 0x112233);
        picture(root.resolve("ant/1.bmp"), 0x445566);
        picture(root.resolve("Bee/10.png"), 0x778899);
        picture(root.resolve("Bee/2.png"), 0xaabbcc);
        // none of these is a picture to learn from
        picture(root.resolve("ant/.hidden.png"), 1);
        picture(root.resolve(".cache/1.png"), 1);
        Files.writeString(root.resolve("ant/readme.txt"), "x");
        Files.writeString(root.resolve("ant/png"), "a name without an ending");
        Files.writeString(root.resolve("labels.csv"), "x");

        var source = PictureFiles.folder(root);
        var data = source.train();
        assertTrue(source.val().isEmpty() && source.test().isEmpty());
        assertEquals(List.of("Bee", "ant", "zebra"), data.classes()); // as Python's sorted()
        assertEquals(List.of("Bee/10.png", "Bee/2.png", "ant/1.bmp", "ant/deep/er/2.PNG", "zebra/1.png"), names(data));
        assertArrayEquals(new int[] {2, 2, 1}, Labelled.classCounts(data));
        assertEquals(2, data.target(4).index());
        assertArrayEquals(
                new byte[] {0x11, 0x22, 0x33, 0, 0, 0},
                data.picture(3).decode(Decoding.STORED).rgb());
    }

    @Test
    void trainValAndTest_areSplits() throws IOException {
        for (var split : List.of("train", "valid", "test"))
            for (var name : List.of("a", "b")) picture(root.resolve(split + "/" + name + "/" + split + ".png"), 0);
        picture(root.resolve("train/a/more.png"), 0);
        picture(root.resolve("other/c/1.png"), 0);
        var source = PictureFiles.folder(root);
        assertEquals(List.of("train/a/more.png", "train/a/train.png", "train/b/train.png"), names(source.train()));
        assertEquals(
                List.of("valid/a/valid.png", "valid/b/valid.png"),
                names(source.val().orElseThrow()));
        assertEquals(
                List.of("test/a/test.png", "test/b/test.png"),
                names(source.test().orElseThrow()));
        assertEquals(List.of("a", "b"), source.test().orElseThrow().classes());
    }

    @Test
    void splitsWithoutTrain_areNotClasses() throws IOException {
        for (var name : List.of("test/a", "test/b", "val/a", "val/b")) picture(root.resolve(name + "/1.png"), 0);
        assertRefused("expected a folder train beside test and val");
    }

    @Test
    void missingFolder_isNamed() {
        root = root.resolve("nowhere");
        assertRefused("there is no such folder");
    }

    @Test
    void oneClass_isTooFew() throws IOException {
        assertRefused("two or more classes, found none");
        picture(root.resolve("only/1.png"), 0);
        assertRefused("two or more classes, found one, only");
    }

    @Test
    void classWithoutPictures_isNamed() throws IOException {
        picture(root.resolve("a/1.png"), 0);
        Files.createDirectory(root.resolve("empty"));
        assertRefused("/empty: expected pictures (jpg, jpeg, ", "found none");
    }

    @Test
    void classThatTrainLacks_isNamed() throws IOException {
        for (var name : List.of("train/a", "train/b", "val/a", "val/b", "val/c"))
            picture(root.resolve(name + "/1.png"), 0);
        assertRefused("/val: the class c has no training pictures; expected [a, b]");
    }

    @Test
    void linkedClassFolders_areFollowed() throws IOException {
        picture(temp.resolve("elsewhere/1.png"), 0xff0000);
        picture(root.resolve("b/1.png"), 0);
        Files.createSymbolicLink(root.resolve("a"), temp.resolve("elsewhere"));
        assertEquals(
                List.of("a/1.png", "b/1.png"), names(PictureFiles.folder(root).train()));
    }

    @Test
    void linksInACircle_areNamed() throws IOException {
        picture(root.resolve("a/1.png"), 0);
        picture(root.resolve("b/1.png"), 0);
        Files.createSymbolicLink(root.resolve("b/again"), root.resolve("b"));
        assertRefused("b/again");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void corruptPictures_areListedAndSkipped(int threads) throws IOException {
        for (int i = 0; i < 3; i++) picture(root.resolve("a/" + i + ".png"), i);
        picture(root.resolve("b/3.png"), 3);
        var bad = root.resolve("a/1.png");
        Files.write(bad, Arrays.copyOf(Files.readAllBytes(bad), 40)); // in the middle of the first chunk of pixels
        Files.writeString(root.resolve("b/4.jpg"), "<html>404</html>");
        var data = PictureFiles.folder(root).train();
        assertEquals(5, data.size());
        try (var epoch = Loader.inOrder(data, 2).withThreads(threads, 1).epoch(0)) {
            int n = 0;
            for (var batch : epoch) n += batch.size();
            assertEquals(3, n);
            assertEquals(
                    List.of("a/1.png", "b/4.jpg"), // wherever the folder lies
                    epoch.skipped().stream().map(Skipped::file).toList());
            var reason = epoch.skipped().get(1).reason();
            assertTrue(reason.startsWith("expected a JPEG, PNG"), reason); // the file is named beside it
        }
    }

    @Test
    void digest_changesWithTheFilesAndNotWithTheirPlace() throws IOException {
        picture(root.resolve("a/1.png"), 0);
        picture(root.resolve("b/1.png"), 0);
        var before = PictureFiles.folder(root).train().digest();
        var moved = temp.resolve("moved");
        Files.move(root, moved);
        assertEquals(before, PictureFiles.folder(moved).train().digest());
        picture(moved.resolve("b/2.png"), 0);
        assertNotEquals(before, PictureFiles.folder(moved).train().digest());
    }

    /** Landscape_6 and Landscape_8 are stored 1200x1800 and shown 1800x1200 (Pillow's ImageOps.exif_transpose). */
    @Test
    void upright_turnsByExif() throws IOException {
        var exif = Shared.data("images/exif");
        for (int i = 1; i <= 8; i += 7) {
            var file = Files.createDirectories(root.resolve("o" + i)).resolve("1.jpg");
            Files.copy(exif.resolve("Landscape_" + i + ".jpg"), file);
        }
        var source = DataSource.parse("folder:" + root);
        var train = source.train();
        assertEquals(1200, train.picture(1).decode(Decoding.STORED).width());
        assertEquals(1800, train.picture(1).decode(Decoding.UPRIGHT).width());
        assertEquals(1800, train.subset(1).picture(0).decode(Decoding.UPRIGHT).width());
        // a quarter: an eighth would have 150 pixels only
        assertEquals(300, train.picture(1).decode(Decoding.STORED.reduced(256)).width());
        assertEquals(
                450,
                train.subset(1).picture(0).decode(Decoding.UPRIGHT.reduced(256)).width());
        assertEquals(1200, train.picture(1).decode(Decoding.STORED.reduced(601)).width());
        try (var batches = Loader.inOrder(train, 2)
                .withPreprocess(Preprocess.none().withExif(true))
                .epoch(0)) {
            assertEquals(1800, batches.next().pixels().width());
        }
        // one scene: nearly the same colours once both are turned
        byte[] a = train.picture(0).decode(Decoding.UPRIGHT).rgb(),
                b = train.picture(1).decode(Decoding.UPRIGHT).rgb();
        long apart = 0;
        for (int i = 0; i < a.length; i += 97) apart += Math.abs((a[i] & 255) - (b[i] & 255));
        assertTrue(apart / (a.length / 97.0) < 8, "mean difference " + apart / (a.length / 97.0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Training Testing", "TRAIN Test", "train Dev", "Train Validation"})
    void splits_haveTheirUsualNamesInAnyCase(String names) throws IOException {
        for (var split : names.split(" "))
            for (var name : List.of("a", "b"))
                picture(root.resolve(split).resolve(name).resolve("1.png"), 1);
        var source = PictureFiles.folder(root);
        assertEquals(List.of("a", "b"), source.train().classes());
        assertEquals(names.toLowerCase(java.util.Locale.ROOT).contains("test") ? "test" : "val", source.measured());
    }

    @Test
    void foldersOfFolders_areRefused() throws IOException {
        for (var name : List.of("set/a", "set/b", "other/a", "other/b")) picture(root.resolve(name + "/1.png"), 1);
        assertRefused("only folders of folders (other, set)", "such as folder:" + root.resolve("other"));
    }

    @Test
    void whatProgramsLeaveBehind_isPassedOver() throws IOException {
        for (var name :
                List.of("a/1.png", "a/.ipynb_checkpoints/1.png", "a/@eaDir/1.png/x.jpg", "b/2.png", "b/._2.png"))
            picture(root.resolve(name), 1);
        picture(root.resolve("__MACOSX/a/1.png"), 1);
        var data = PictureFiles.folder(root).train();
        assertEquals(List.of("a", "b"), data.classes());
        assertEquals(List.of("a/1.png", "b/2.png"), names(data));
    }

    @Test
    void picturesThatCannotBeRead_areListed() throws IOException {
        picture(root.resolve("a/1.png"), 1);
        for (var name : List.of("2.webp", "3.TIFF", "4.heic", "5.AVIF"))
            Files.writeString(root.resolve("a/" + name), "x");
        Files.createSymbolicLink(root.resolve("a/6.jpg"), root.resolve("gone.jpg"));
        var files = PictureFiles.pictures(root);
        assertEquals(6, files.size());
        for (var file : files.subList(1, 6)) {
            var e = assertThrows(IOException.class, () -> resnet4j.image.ImageFile.read(file));
            assertTrue(e.getMessage().startsWith(file.toString()), e.getMessage());
        }
    }

    @Test
    void pipes_areListed() throws Exception {
        picture(root.resolve("a/1.png"), 1);
        var pipe = root.resolve("a/2.png");
        assumeTrue(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0, "no mkfifo");
        assertEquals(List.of(root.resolve("a/1.png"), pipe), PictureFiles.pictures(root));
    }

    @Test
    void linksToAFolderAround_areNamed() throws IOException {
        picture(root.resolve("a/1.png"), 1);
        Files.createSymbolicLink(root.resolve("a/loop"), root);
        var e = assertThrows(IOException.class, () -> PictureFiles.pictures(root));
        assertTrue(e.getMessage().contains("loop: expected pictures, the link leads back"), e.getMessage());
    }

    /** Beside classes, alone, and in a split, where it would be a class itself. */
    @Test
    void linksToAFolderAround_areNoClasses() throws IOException {
        var alone = Files.createDirectories(root.resolve("alone"));
        Files.createSymbolicLink(alone.resolve("up"), Path.of(".."));
        var split = root.resolve("split");
        for (var name : List.of("train/a/1.png", "train/b/2.png", "val/a/3.png")) picture(split.resolve(name), 1);
        Files.createSymbolicLink(split.resolve("val/b"), split.resolve("val"));
        for (var folder : List.of(alone, split)) {
            var e = assertThrows(IOException.class, () -> PictureFiles.folder(folder));
            var link = folder.equals(alone) ? alone.resolve("up") : split.resolve("val/b");
            assertTrue(e.getMessage().startsWith(link + ": expected pictures, the link leads back"), e.getMessage());
        }
    }

    @Test
    void labels_areMatchedByName() throws IOException {
        for (var name : List.of("a/1.png", "c/2.png")) picture(root.resolve(name), 1);
        var data = PictureFiles.folder(root).train();
        assertEquals(2, Labelled.label(Labelled.as(List.of("a", "b", "c"), data), 1));
        assertEquals(0, Labelled.label(Labelled.as(List.of("c", "a"), data), 1));
        assertEquals(1, Labelled.label(Labelled.as(List.of("0", "1", "2"), data), 1), "the network has no names");
        for (var names : List.of(List.of("a", "b"), List.of("x", "y", "z"))) {
            var e = assertThrows(IllegalArgumentException.class, () -> Labelled.as(names, data));
            assertTrue(e.getMessage().contains("c; it knows " + String.join(", ", names)), e.getMessage());
        }
    }
}
