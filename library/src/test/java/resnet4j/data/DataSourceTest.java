package resnet4j.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.image.Decoding;
import resnet4j.image.LabelMap;

class DataSourceTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "shape;Did you mean 'shapes'?",
                "folders:x;Did you mean 'folder'?",
                "pictures/cats;expected cifar10:DIR, cifar100:DIR, folder:DIR",
                "'';expected cifar10:DIR",
                "folder;got folder without a path",
                "list:;got list: without a path",
                "npz;got npz without a path",
                "shapes:0;expected a number of pictures in shapes:N, got shapes:0",
                "shapes:-5;got shapes:-5",
                "shapes:1e3;got shapes:1e3",
                "shapes:99999999;got shapes:99999999",
            })
    void whatIsNoSource_isNamed(String spec, String message) {
        var e = assertThrows(IllegalArgumentException.class, () -> DataSource.parse(spec));
        assertTrue(
                e.getMessage().startsWith("data: expected ") && e.getMessage().contains(message), e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"cifar10:no/where", "cifar100:no/where", "folder:no/where", "list:no/where", "npz:no/where"})
    void missingData_isNamed(String spec) {
        var e = assertThrows(IOException.class, () -> DataSource.parse(spec));
        assertTrue(e.getMessage().contains("no/where"), e.getMessage());
    }

    @Test
    void splitsWithOtherClasses_areRefused() {
        var two = new Pictures(4, 2, 4);
        var three = new Pictures(6, 3, 4);
        var e = assertThrows(
                IllegalArgumentException.class,
                () -> new DataSource<>("mine", two, Optional.empty(), Optional.of(three)));
        assertTrue(e.getMessage().startsWith("mine: expected the same classes in all splits"), e.getMessage());
    }

    @Test
    void withValidation_makesOneOnlyWhereThereIsNone() {
        var data = new Pictures(40, 4, 4);
        var source = new DataSource<>("mine", data, Optional.empty(), Optional.empty());
        var split = source.withValidation(0.1, 1);
        assertEquals(36, split.train().size());
        assertEquals(4, split.val().orElseThrow().size());
        assertSame(split, split.withValidation(0.5, 2));
    }

    @Test
    void limit_isOfEverySplit() {
        var data = new Pictures(40, 4, 4);
        var source = new DataSource<>("mine", data, Optional.of(data), Optional.of(data)).limit(7);
        assertEquals(7, source.train().size());
        assertEquals(7, source.val().orElseThrow().size());
        assertEquals(7, source.test().orElseThrow().size());
    }

    @Test
    void shapes_haveWhatIsAskedFor() throws IOException {
        var things = DataSource.parse("shapes:16", Things.class).train();
        var maps = DataSource.parse("shapes:16", LabelMap.class).train();
        var labels = DataSource.parse("shapes:16").train();
        assertEquals("background", maps.classes().get(0));
        for (int i = 0; i < 16; i++) {
            int label = labels.target(i).index();
            assertEquals(label, things.target(i).things().get(0).label());
            boolean seen = false;
            for (byte pixel : maps.target(i).labels()) seen |= pixel == label + 1;
            assertTrue(seen);
            // larger than where a class is asked for alone, so that the small ones can be told apart
            assertEquals(96, things.picture(i).decode(Decoding.STORED).width());
        }
        var none = assertThrows(IllegalArgumentException.class, () -> DataSource.parse("folder:x", LabelMap.class));
        assertTrue( // and the kinds that other tests add
                none.getMessage()
                        .matches(
                                "data: expected pictures with a label map each, got folder:x; masks:PATH, .*or shapes"),
                none::getMessage);
        var other = assertThrows(IllegalArgumentException.class, () -> DataSource.parse("shapes:16", Things.class)
                .of(Label.class));
        assertEquals("data: expected pictures with a class each, got shapes:16 with things", other.getMessage());
    }

    @Test
    void registeredKinds_areRead() throws IOException {
        DataSource.register(
                "stripes",
                LabelMap.class,
                path -> new DataSource<>(
                        "stripes:" + path, new Shapes(8, 16, 3).labelMaps(), Optional.empty(), Optional.empty()));
        assertEquals("stripes:7", DataSource.parse("stripes:7", LabelMap.class).name());
        assertThrows(IllegalArgumentException.class, () -> DataSource.parse("stripes:7"));
    }
}
