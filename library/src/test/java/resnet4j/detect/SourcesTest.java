package resnet4j.detect;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.Shared;
import resnet4j.config.Records;
import resnet4j.data.DataSource;
import resnet4j.data.Things;
import resnet4j.image.Box;
import resnet4j.image.Decoding;
import resnet4j.image.LabelMap;
import resnet4j.image.Step;
import resnet4j.train.Recipe;

class SourcesTest {
    @TempDir
    Path folder;

    @BeforeAll
    static void register() {
        new Recipe(); // knows the kinds of data of all packages
    }

    private void picture(String name, int width, int height) throws IOException {
        var file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        ImageIO.write(new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB), "png", file.toFile());
    }

    private Path write(String name, String text) throws IOException {
        var file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    private DataSource<Things> read(String kind) throws IOException {
        return DataSource.parse(kind + ":" + folder, Things.class);
    }

    /** scripts/parity/coco_maps_golden.py: pycocotools, and what torchvision's reference training makes of its masks. */
    @Test
    void coco_isPaintedAsTorchvisionDoes() throws IOException {
        var file = Shared.data("detection/coco-mini/instances_val.json");
        var maps = DataSource.parse("coco:" + file, LabelMap.class).train();
        assertEquals("background", maps.classes().get(0));
        assertEquals("person", maps.classes().get(1));
        assertEquals(81, maps.classes().size());
        var expected = Records.parse(
                new String(getClass().getResourceAsStream("coco-maps.json").readAllBytes(), StandardCharsets.UTF_8));
        assertEquals(expected.size(), maps.size());
        for (int i = 0; i < maps.size(); i++) {
            var sum = new CRC32();
            sum.update(maps.target(i).labels());
            var name = Path.of(maps.name(i)).getFileName().toString();
            assertEquals(expected.get(name).longValue(), sum.getValue(), name);
        }
        assertEquals(640, maps.picture(0).decode(Decoding.UPRIGHT).width());
    }

    /** Two squares of 2x2 that meet in one pixel, of a val split that names its categories in another order. */
    @Test
    void coco_paintsOverlapsAsUncounted() throws IOException {
        picture("a.png", 4, 3);
        var thing = """
                {"id": %d, "image_id": 1, "category_id": %d, "bbox": [%d,%d,2,2], "segmentation": [[%3$d,%4$d,%5$d,%4$d,%5$d,%6$d,%3$d,%6$d]]}""";
        var json =
                "{\"images\": [{\"id\": 1, \"file_name\": \"a.png\"%s}], \"categories\": [%s], \"annotations\": [%s, %s]}";
        var size = ", \"width\": 4, \"height\": 3";
        var cat = "{\"id\": 9, \"name\": \"cat\"}";
        var dog = "{\"id\": 4, \"name\": \"dog\"}";
        var first = thing.formatted(1, 9, 0, 0, 2, 2);
        var second = thing.formatted(2, 4, 1, 1, 3, 3);
        write("train.json", json.formatted(size, cat + "," + dog, first, second));
        write("val.json", json.formatted(size, dog + "," + cat, first, second));
        var source = DataSource.parse("coco:" + folder, LabelMap.class);
        for (var split : List.of(source.train(), source.val().orElseThrow())) {
            assertEquals(List.of("background", "cat", "dog"), split.classes());
            assertArrayEquals(
                    new byte[] {1, 1, 0, 0, 1, -1, 2, 0, 0, 2, 2, 0},
                    split.target(0).labels());
        }
        picture("a.png", 5, 3);
        var said =
                assertThrows(IOException.class, () -> source.train().picture(0).decode(Decoding.UPRIGHT));
        assertTrue(
                said.getMessage().contains("expected the size that its annotations say, 4x3, got 5x3"), said::toString);
        var box = "{\"id\": 1, \"image_id\": 1, \"category_id\": 9, \"bbox\": [0,0,2,2]}";
        write("train.json", json.formatted(size, cat, box, box.replace("\"id\": 1, \"i", "\"id\": 2, \"i")));
        said = assertThrows(IOException.class, () -> DataSource.parse("coco:" + folder, LabelMap.class));
        assertTrue(said.getMessage().endsWith("expected masks (segmentation) to paint, got none"), said::toString);
    }

    /** Of seven annotations two are whole: 2 is cut to the picture; 4 is outside, 5 empty, 6 and 7 of nothing that is there. */
    @Test
    void coco_readsBoxesMasksAndCrowds() throws IOException {
        picture("train/a.png", 40, 30);
        picture("val/b.png", 20, 20);
        write("instances_train.json", """
                {"images": [{"id": 5, "file_name": "a.png", "width": 40, "height": 30}],
                 "categories": [{"id": 9, "name": "cat"}, {"id": 4, "name": "dog"}],
                 "annotations": [
                  {"id": 1, "image_id": 5, "category_id": 9, "bbox": [2, 3, 10, 12], "segmentation": [[2,3,12,3,12,15,2,15]]},
                  {"id": 2, "image_id": 5, "category_id": 4, "bbox": [30, 20, 20, 20]},
                  {"id": 3, "image_id": 5, "category_id": 4, "bbox": [0, 0, 9, 9], "iscrowd": 1},
                  {"id": 4, "image_id": 5, "category_id": 4, "bbox": [50, 20, 20, 20]},
                  {"id": 5, "image_id": 5, "category_id": 4, "bbox": [5, 5, -3, 4]},
                  {"id": 6, "image_id": 6, "category_id": 4, "bbox": [1, 1, 3, 4]},
                  {"id": 7, "image_id": 5, "category_id": 8, "bbox": [1, 1, 3, 4]}]}
                """);
        write("instances_val.json", """
                {"images": [{"id": 1, "file_name": "b.png"}], "categories": [{"id": 1, "name": "dog"}], "annotations": [
                 {"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 3, 4]}]}
                """);
        var source = read("coco");
        assertEquals(List.of("cat", "dog"), source.train().classes());
        var things = source.train().target(0).things();
        assertEquals(3, things.size());
        assertEquals(new Box(2, 3, 12, 15), things.get(0).box());
        var mask = things.get(0).mask().orElseThrow();
        assertEquals(120, sum(mask.labels()));
        assertEquals(new Box(30, 20, 40, 30), things.get(1).box());
        assertTrue(things.get(2).crowd());
        assertEquals(40, source.train().picture(0).decode(Decoding.STORED).width());
        // a category has the number that its name has in training
        assertEquals(1, source.val().orElseThrow().target(0).things().get(0).label());
        var flipped = source.train()
                .target(0)
                .after(List.of(new Step.Flip(40)))
                .things()
                .get(0);
        assertEquals(new Box(28, 3, 38, 15), flipped.box());
        assertEquals(1, flipped.mask().orElseThrow().at(30, 5));
        assertFalse(source.train().digest().equals(source.val().orElseThrow().digest()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "images/", "train/", "train/images/", "images/train/", "inside/"})
    void coco_findsPicturesInTheFoldersThatPeopleUse(String place) throws IOException {
        picture(place + "a.png", 40, 30);
        var json = """
                {"images": [{"id": 5, "file_name": "%sa.png"}], "categories": [{"id": 9, "name": "cat"}], "annotations": []}
                """.formatted(place.equals("inside/") ? place : "");
        for (var annotations : List.of("train.json", "annotations/instances_train.json")) {
            var file = write(annotations, json);
            assertEquals(
                    40, read("coco").train().picture(0).decode(Decoding.STORED).width(), annotations);
            Files.delete(file);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "``; instances_train.json: expected a list 'images'",
                "hello; instances_train.json: expected JSON, got something else at line 1",
                "[1, 2]; instances_train.json: expected a list 'images'",
                "{'hello': 1}; instances_train.json: expected a list 'images'",
                "{'images': [], 'categories': [], 'annotations': []}; instances_train.json: expected at least one picture",
                "{'images': [{'id': 5}], 'categories': [], 'annotations': []}; expected at least one category",
                "{'images': [{'id': 5}], 'categories': [{'id': 1}]}; expected a list 'annotations'",
                "{'images': [{'id': 5}, {'id': 5}]}; image 5: images: expected each id once, got 5 twice",
                "{'images': [{'id': 5}], 'categories': [{'id': 1}], 'annotations':"
                        + " [{'id': 7, 'image_id': 5, 'category_id': 1, 'bbox': [1, 2, 3]}]};"
                        + " annotation 7: bbox: expected x, y, width and height, got [1,2,3]",
                "{'images': [{'id': 5}], 'categories': [{'id': 1}], 'annotations':"
                        + " [{'id': 7, 'image_id': 5, 'category_id': 1}]}; annotation 7: bbox: expected a box, got none",
            })
    void whatIsNotCocos_isASentence(String json, String said) throws IOException {
        write("instances_train.json", json.replace('\'', '"'));
        var e = assertThrows(IOException.class, () -> read("coco"));
        assertTrue(e.getMessage().contains(said) && e.getMessage().lines().count() == 1, e.getMessage());
    }

    private static int sum(byte[] values) {
        int sum = 0;
        for (byte value : values) sum += value;
        return sum;
    }

    /** Counted from 1 to the last pixel. */
    @Test
    void voc_readsBoxes() throws IOException {
        picture("JPEGImages/a.png", 40, 30);
        write("Annotations/a.xml", """
                <annotation><filename>a.png</filename><size><width>40</width><height>30</height></size>
                 <object><name>cat</name><difficult>0</difficult>
                  <bndbox><xmin>3</xmin><ymin>4</ymin><xmax>12</xmax><ymax>15</ymax></bndbox></object>
                 <object><name>ant</name><difficult>1</difficult>
                  <bndbox><xmin>1</xmin><ymin>1</ymin><xmax>40</xmax><ymax>30</ymax></bndbox></object>
                 <object><name>ant</name><bndbox><xmin>9</xmin><ymin>9</ymin><xmax>4</xmax><ymax>12</ymax></bndbox></object>
                </annotation>
                """);
        var data = read("voc").train();
        assertEquals(List.of("ant", "cat"), data.classes());
        var things = data.target(0).things();
        assertEquals(2, things.size());
        assertEquals(new Box(2, 3, 12, 15), things.get(0).box());
        assertEquals(1, things.get(0).label());
        assertTrue(things.get(1).crowd());
        assertEquals(30, data.picture(0).decode(Decoding.STORED).height());
        write(
                "Annotations/b.xml",
                "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/hostname\">]><annotation>&x;</annotation>");
        var said = assertThrows(IOException.class, () -> read("voc")).getMessage();
        assertTrue(said.contains("b.xml: expected Pascal VOC's annotations"), said);
    }

    @Test
    void yolo_readsBoxesAndPolygons() throws IOException {
        picture("images/train/a.png", 40, 20);
        picture("images/train/nothing.png", 40, 20);
        write("labels/train/a.txt", "1 0.5 0.5 0.25 0.5\n0 0 0 0.5 0 0.5 1 0 1\n\n1 2 2 0.1 0.1\n");
        write("data.yaml", "path: x\nnames:\n  0: cat # small\n  1: 'hot dog'\nnc: 2\n");
        var data = read("yolo").train();
        assertEquals(List.of("cat", "hot dog"), data.classes());
        var things = data.target(0).things();
        assertEquals(2, things.size());
        assertEquals(new Box(15, 5, 25, 15), things.get(0).box());
        assertEquals(new Box(0, 0, 20, 20), things.get(1).box());
        assertEquals(400, sum(things.get(1).mask().orElseThrow().labels()));
        assertEquals(List.of(), data.target(1).things());
        write("labels/train/a.txt", "2 0.5 0.5 0.25 0.5\n");
        var said = assertThrows(IOException.class, () -> read("yolo")).getMessage();
        assertTrue(said.contains("a.txt: line 1: expected a class from 0 to 1, got 2"), said);
        write("labels/train/a.txt", "1 0.5 0.5 0.25\n");
        assertThrows(IOException.class, () -> read("yolo"));
    }

    @Test
    void whatIsNotThere_isSaid() {
        for (var kind : List.of("coco", "voc", "yolo")) {
            assertTrue(assertThrows(IOException.class, () -> read(kind))
                    .getMessage()
                    .contains("expected"));
            assertThrows(IllegalArgumentException.class, () -> DataSource.parse(kind + ":", Things.class));
        }
    }
}
