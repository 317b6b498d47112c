package resnet4j.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ComparisonTest {
    @Test
    void spread_isOverRounds() {
        assertEquals(new Compared.Spread(2.5, 1, 10), Compared.Spread.of(3, 1, 2, 10));
    }

    @Test
    void freshProcess_passesOnWhatTheWorkSays() {
        var work = new Work.Answering("resnet0", Optional.empty(), 1, new Bench().withBatch(2));
        var e = assertThrows(IOException.class, () -> FreshProcess.run(work));
        assertEquals(
                "resnet0 in batches of 2: model: no network is named 'resnet0'",
                e.getMessage().split("\\.")[0]);
    }
}
