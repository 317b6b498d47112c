package resnet4j.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestTest {
    @ParameterizedTest
    @CsvSource({
        "kitten, sitting, 3", // the textbook case: two replaced, one inserted
        "warmup, warmpu, 1", // neighbours swapped count once
        "resnet18, ResNet18, 0",
        "abc, '', 3",
        "ca, abc, 3" // optimal string alignment; the unrestricted distance is 2
    })
    void edits_countsInsertionsDeletionsReplacementsAndSwaps(String a, String b, int edits) {
        assertEquals(edits, Nearest.edits(a, b));
        assertEquals(edits, Nearest.edits(b, a));
    }

    @Test
    void to_findsTheNearestName() {
        var names = List.of("resnet18", "resnet34", "resnet50", "wide_resnet50_2");
        assertEquals(Optional.of("resnet50"), Nearest.to("resent50", names));
        assertEquals(Optional.of("resnet50"), Nearest.to("ResNet-50", names));
    }

    @Test
    void to_findsNothingForAStranger() {
        assertEquals(Optional.empty(), Nearest.to("transformer", List.of("resnet18", "densenet121")));
        assertEquals(Optional.empty(), Nearest.to("ab", List.of("cd", "x")));
        assertEquals("", Nearest.hint("transformer", List.of()));
    }
}
