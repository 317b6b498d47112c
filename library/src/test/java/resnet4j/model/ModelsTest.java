package resnet4j.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** The registry. */
class ModelsTest {
    @Test
    void everyRegisteredArchitecture_isReadBackFromJson() {
        for (var entry : Models.all())
            assertEquals(entry.architecture(), Models.readArchitecture(Models.write(entry.architecture())));
    }

    @Test
    void anUnknownName_proposesTheNearest() {
        var refusal = assertThrows(IllegalArgumentException.class, () -> Models.get("resnet5O"));
        assertTrue(refusal.getMessage().contains("Did you mean 'resnet50'?"), refusal.getMessage());
    }
}
