package resnet4j.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import resnet4j.Shared;
import resnet4j.image.Decoding;

class ListFileTest {
    @TempDir
    Path folder;

    private DataSource<Label> read(String text) throws IOException {
        return ListFile.read(Files.writeString(folder.resolve("list.txt"), text));
    }

    private static int[] labels(Dataset<Label> data) {
        return IntStream.range(0, data.size()).map(i -> Labelled.label(data, i)).toArray();
    }

    @Test
    void labels_areNumberedByName() throws IOException {
        var source = read("label,file,note\r\nwolf, a.png ,x\r\n\r\n cat,sub/b.png,\r\nwolf,c d.png,y\r\n");
        assertEquals(List.of("cat", "wolf"), source.train().classes());
        assertArrayEquals(new int[] {1, 0, 1}, labels(source.train()));
        assertEquals("sub/b.png", source.train().name(1));
        assertEquals("c d.png", source.train().name(2));
        assertTrue(source.val().isEmpty() && source.test().isEmpty());
    }

    @Test
    void indices_areNamedByCategory() throws IOException {
        var train = read("index\tcategory\tfile\n3\tdog, small\ta.png\n0\t\tb.png\n3\tdog, small\tc.png\n")
                .train();
        assertEquals(List.of("0", "1", "2", "dog, small"), train.classes());
        assertArrayEquals(new int[] {3, 0, 3}, labels(train));
    }

    @Test
    void split_sendsRowsToTheirSplit() throws IOException {
        var source = read("file,split,label\n1,test,a\n2,train,b\n3,val,a\n4,train,a\n5,test,b\n");
        assertArrayEquals(new int[] {1, 0}, labels(source.train()));
        assertArrayEquals(new int[] {0}, labels(source.val().orElseThrow()));
        assertArrayEquals(new int[] {0, 1}, labels(source.test().orElseThrow()));
        assertEquals("5", source.test().orElseThrow().name(1));
    }

    @Test
    void markOfUtf8_isNoPartOfTheHead() throws IOException {
        assertEquals(
                List.of("größe"),
                read("\uFEFFfile, label\na.png,größe\n").train().classes());
    }

    /** As R's write.csv, pandas with QUOTE_ALL and a German Excel write them (RFC 4180, section 2). */
    @Test
    void quotesSeparatorsAndBreaksInCells_areRead() throws IOException {
        for (var text : List.of(
                "\"file\",\"label\"\n\"a,b.png\",\"dog, \"\"small\"\"\"\n\"c.png\",\"a\nb\"\n",
                "\uFEFF\"file\";\"label\"\r\n\"a,b.png\";\"dog, \"\"small\"\"\"\r\nc.png;\"a\nb\"\r\n",
                "label\tfile\n\"dog, \"\"small\"\"\"\ta,b.png\n\"a\nb\"\tc.png\n")) {
            var data = read(text).train();
            assertEquals(List.of("a\nb", "dog, \"small\""), data.classes(), text);
            assertEquals("a,b.png", data.name(0));
            assertArrayEquals(new int[] {1, 0}, labels(data));
        }
    }

    @Test
    void numbersAndSeveralLabels_areNoClasses() {
        for (var text : List.of(
                "file,label\na,0.5\nb,2\n",
                "file,label\na,1e3\nb,-2.25\n",
                "file,label\na,0\nb,1\n",
                "file,label\na,37\nb,4.\n"))
            assertTrue(
                    assertThrows(IOException.class, () -> read(text))
                            .getMessage()
                            .contains("got numbers"),
                    text);
        for (var text : List.of(
                "file,label\na,cat|dog\nb,cat\nc,dog\n",
                "file,label\na,x;y\nb,y\nc,x\n",
                "file,label\na,\"red, big\"\nb,\"red, small\"\nc,\"blue, big\"\nd,\"blue, small\"\n"))
            assertTrue(
                    assertThrows(IOException.class, () -> read(text))
                            .getMessage()
                            .contains("got several"),
                    text);
    }

    @Test
    void aPathThatCannotBe_isNamedWithItsLine() {
        var e = assertThrows(IOException.class, () -> read("file,label\na,x\nb\0,y\n"));
        assertTrue(e.getMessage().endsWith("line 3: expected the path of a picture, got b?"), e.getMessage());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "file,label;a,x;;b|line 4: expected 2 fields, got 1",
                "file\tlabel;a\tx\ty|line 2: expected 2 fields, got 3",
                "file,index;a,0;b,-1|line 3: index: expected a class number from 0 to 999 for 2 pictures, got -1",
                "file,index;;a,999999|line 3: index: expected a class number from 0 to 999 for 1 pictures, got 999999",
                "file,index;a,99999|line 2: index: expected a class number from 0 to 999 for 1 pictures, got 99999",
                "file,index;a,0;b,1000|line 3: index: expected a class number from 0 to 999 for 2 pictures, got 1000",
                "file,index;a,99999999999|got 99999999999",
                "file,index;a,1.0|index: expected a class number from 0 to 999 for 1 pictures, got 1.0",
                "path,label;a,x|expected a column file, and one of index and label, got [path, label]",
                "file,class;a,x|expected a column file, and one of index and label, got [file, class]",
                "file,label|expected a head and a row for each picture",
                "file,label;;|expected rows, found none",
                "file,label,split;a,x,test|expected rows whose split is train, found none",
                "file,label,split;a,x,train;b,x,Validation|line 3: split: expected one of train, val, test, got Validation",
                "file,label;a,|line 2: expected a file and its class, got none",
                "file,label;,x|line 2: expected a file and its class, got none",
                "file,index,category;a,1,cat;b,1,dog|line 3: category: expected cat for class 1, as in another row, got dog",
            })
    void mistakes_areNamedWithTheirLine(String text, String message) {
        var e = assertThrows(IOException.class, () -> read(text.replace(';', '\n')));
        assertTrue(e.getMessage().startsWith(folder.resolve("list.txt").toString()), e.getMessage());
        assertTrue(e.getMessage().endsWith(message), e.getMessage());
    }

    @Test
    void missingAndBinaryFiles_areNamed() throws IOException {
        var e = assertThrows(IOException.class, () -> ListFile.read(folder.resolve("none.csv")));
        assertTrue(e.getMessage().endsWith("none.csv: there is no such list of pictures"), e.getMessage());
        var latin =
                Files.write(folder.resolve("latin.csv"), "file,label\na,größe\n".getBytes(StandardCharsets.ISO_8859_1));
        e = assertThrows(IOException.class, () -> ListFile.read(latin));
        assertTrue(e.getMessage().contains("latin.csv: expected text in UTF-8"), e.getMessage());
    }

    @Test
    void imagenetSamples_haveTheirClassesAndPictures() throws IOException {
        var data = DataSource.parse("list:" + Shared.data("imagenet-60/labels.tsv"))
                .train();
        assertEquals(60, data.size());
        assertEquals(990, data.classes().size()); // the last class with a sample is 989
        assertEquals("tiger shark", data.classes().get(data.target(1).index()));
        assertEquals(3, data.target(1).index());
        assertEquals("hip", data.classes().get(989));
        assertEquals("1", data.classes().get(1));
        assertTrue(data.picture(0).decode(Decoding.STORED).width() > 100);
    }
}
