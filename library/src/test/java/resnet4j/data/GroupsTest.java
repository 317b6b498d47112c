package resnet4j.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GroupsTest {
    @TempDir
    Path folder;

    /** 60 pictures of 17 patients, some with one and some with many. */
    private Dataset<Label> pictures(int patients) throws IOException {
        var text = new StringBuilder("file,label,patient\n");
        for (int i = 0; i < 60; i++)
            text.append(i + ".png," + (i % 3 == 0 ? "ill" : "well") + ",p" + i * i % patients + "\n");
        return ListFile.read(Files.writeString(folder.resolve("list.csv"), text))
                .train();
    }

    private static Set<String> groups(Dataset<?> data) {
        var groups = new HashSet<String>();
        for (int i = 0; i < data.size(); i++) groups.add(data.group(i));
        return groups;
    }

    @Test
    void aPatientIsOnOneSideOfASplit() throws IOException {
        var data = pictures(17);
        for (int seed = 0; seed < 20; seed++) {
            var split = data.split(0.2, seed);
            assertEquals(60, split.rest().size() + split.held().size());
            assertTrue(
                    Math.abs(split.held().size() - 12) <= 6,
                    "held " + split.held().size());
            var both = groups(split.rest());
            both.retainAll(groups(split.held()));
            assertEquals(Set.of(), both);
            var again = split.rest().split(0.3, seed); // a part of a part knows its groups, too
            both = groups(again.rest());
            both.retainAll(groups(again.held()));
            assertEquals(Set.of(), both);
        }
    }

    @Test
    void aPatientIsInOneFold() throws IOException {
        var seen = new HashSet<String>();
        int pictures = 0;
        for (var fold : pictures(17).folds(3, 1)) {
            for (var group : groups(fold.held())) assertTrue(seen.add(group), group);
            pictures += fold.held().size();
        }
        assertEquals(60, pictures);
    }

    @Test
    void tooFewPatients_areRefused() throws IOException {
        var one = pictures(1);
        assertTrue(assertThrows(IllegalArgumentException.class, () -> one.split(0.5, 0))
                .getMessage()
                .contains("got one group"));
        assertTrue(
                assertThrows(IllegalArgumentException.class, () -> pictures(2).folds(3, 0))
                        .getMessage()
                        .contains("one a group"));
    }
}
