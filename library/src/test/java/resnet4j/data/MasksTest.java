package resnet4j.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import resnet4j.Shared;
import resnet4j.image.Decoding;
import resnet4j.image.LabelMap;
import resnet4j.weights.ClassList;

class MasksTest {
    @TempDir
    Path root;

    private static void grey(Path file, int width, int... labels) throws IOException {
        write(new BufferedImage(width, labels.length / width, BufferedImage.TYPE_BYTE_GRAY), file, labels);
    }

    /** Palette colours say nothing of the numbers: all are red. */
    private static void palette(Path file, int bits, int width, int... labels) throws IOException {
        var red = new byte[1 << bits];
        Arrays.fill(red, (byte) 200);
        var zeros = new byte[1 << bits];
        var colours = new IndexColorModel(bits, 1 << bits, red, zeros, zeros);
        int type = bits < 8 ? BufferedImage.TYPE_BYTE_BINARY : BufferedImage.TYPE_BYTE_INDEXED;
        write(new BufferedImage(width, labels.length / width, type, colours), file, labels);
    }

    private static void write(BufferedImage picture, Path file, int... labels) throws IOException {
        picture.getRaster().setPixels(0, 0, picture.getWidth(), picture.getHeight(), labels);
        Files.createDirectories(file.getParent());
        assertTrue(ImageIO.write(picture, "png", file.toFile()));
    }

    private void picture(String name) throws IOException {
        PictureFilesTest.picture(root.resolve(name), 0x102030); // 2x1
    }

    private static void assertRefused(Executable reading, String... parts) {
        var message = assertThrows(IOException.class, reading).getMessage();
        for (var part : parts) assertTrue(message.contains(part), message);
    }

    @Test
    void masks_areFoundByNameInEverySplit() throws IOException {
        picture("train/images/b.png");
        picture("train/images/a.bmp");
        grey(root.resolve("train/masks/a.png"), 2, 2, 255);
        palette(root.resolve("train/masks/b.png"), 2, 2, 1, 0);
        picture("val/images/c.png");
        palette(root.resolve("val/masks/c.png"), 8, 2, 0, 2);
        Files.writeString(root.resolve("classes.txt"), "sky\nroad\n\ncar\n");
        var data = DataSource.parse("masks:" + root, LabelMap.class);
        assertEquals(List.of("sky", "road", "car"), data.train().classes());
        assertEquals(2, data.train().size());
        assertArrayEquals(new byte[] {2, (byte) 255}, data.train().target(0).labels());
        assertArrayEquals(new byte[] {1, 0}, data.train().target(1).labels());
        assertArrayEquals(new byte[] {0, 2}, data.val().orElseThrow().target(0).labels());
        assertEquals("val", data.measured());
    }

    @Test
    void splits_haveTheirUsualNames() throws IOException {
        for (var split : List.of("Training", "Validation", "Testing")) {
            picture(split + "/images/a.png");
            grey(root.resolve(split + "/masks/a.png"), 2, 0, 255);
        }
        var data = Masks.read(root);
        assertEquals(1, data.train().size());
        assertTrue(data.val().isPresent() && data.test().isPresent());
    }

    @Test
    void masks_withoutClassesAreBlackAndWhite() throws IOException {
        picture("images/a.png");
        grey(root.resolve("masks/a.png"), 2, 255, 0);
        var data = Masks.read(root).train();
        assertEquals(List.of("background", "foreground"), data.classes());
        assertArrayEquals(new byte[] {1, 0}, data.target(0).labels());
        grey(root.resolve("masks/a.png"), 2, 255, 1);
        assertRefused(() -> data.target(0), "masks/a.png", "expected 0 or 255", "got 1 at x 1, y 0");
    }

    @Test
    void classes_mayHaveNumbersOfTheirOwn() throws IOException {
        picture("images/a.png");
        grey(root.resolve("labels/a.png"), 2, 7, 11);
        Files.writeString(
                root.resolve("classes.json"),
                "{\"classes\": [{\"id\": 3, \"name\": \"sky\"}, {\"id\": 7, \"name\": \"road\"},"
                        + " {\"id\": 11, \"name\": \"void\", \"ignored\": true}]}");
        var data = Masks.read(root).train();
        assertEquals(List.of("sky", "road"), data.classes());
        assertArrayEquals(
                new byte[] {1, (byte) LabelMap.IGNORED}, data.target(0).labels());
        grey(root.resolve("labels/a.png"), 2, 3, 4);
        assertRefused(() -> data.target(0), "expected 3 or 7 or 11 or 255", "got 4 at x 1");
    }

    @Test
    void voc_isKnownByItsLists() throws IOException {
        PictureFilesTest.picture(root.resolve("JPEGImages/1.jpg"), 0x102030);
        palette(root.resolve("SegmentationClass/1.png"), 8, 2, 20, 255);
        Files.createDirectories(root.resolve("ImageSets/Segmentation"));
        Files.writeString(root.resolve("ImageSets/Segmentation/train.txt"), "1\n");
        var data = Masks.read(root).train();
        assertEquals(21, data.classes().size());
        assertEquals(ClassList.named("voc-21"), data.classes()); // those of networks trained on it
        assertArrayEquals(new byte[] {20, (byte) 255}, data.target(0).labels());
    }

    @Test
    void whatDoesNotFit_isSaidWithItsFile() throws IOException {
        assertRefused(() -> Masks.read(root), "expected the folders images and masks");
        picture("images/a.png");
        grey(root.resolve("masks/b.png"), 2, 0, 0);
        assertRefused(() -> Masks.read(root), "images/a.png", "expected its mask under the same name");
        grey(root.resolve("masks/a.png"), 1, 0, 0); // 1x2 for a picture of 2x1
        var data = Masks.read(root).train();
        assertRefused(() -> data.picture(0).decode(Decoding.STORED), "masks/a.png", "its picture, 2x1, got 1x2");
        PictureFilesTest.picture(root.resolve("masks/a.png"), 0x102030);
        assertRefused(() -> data.target(0), "masks/a.png", "got colours");
    }

    /** Counts of the data's own description; Pillow and NumPy made them. */
    @Test
    void camVid_hasThePixelsThatItsDescriptionCounts() throws IOException {
        var data = Masks.read(Shared.data("segmentation/camvid"));
        assertEquals(11, data.train().classes().size());
        assertEquals(367, data.train().size());
        assertEquals(233, data.test().orElseThrow().size());
        var val = data.val().orElseThrow();
        var counts = new long[256];
        for (int i = 0; i < val.size(); i++) for (byte label : val.target(i).labels()) counts[label & 255]++;
        assertEquals(1601620, counts[0]);
        assertEquals(4531180, counts[1]);
        assertEquals(98499, counts[2]);
        assertTrue(counts[255] > 0);
    }
}
