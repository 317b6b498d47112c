package resnet4j.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class DispatchTest {
    @Test
    void listsAreNewAtEachCall_whateverScopeTheFirstOneWasMadeIn() {
        for (int i = 0; i < 2; i++)
            try (var scope = new NativeScope()) {
                var t = Tensor.zeros(2);
                assertEquals(2, Dispatch.value(List.of(t, t)).toTensorList().size());
                assertEquals(3, Dispatch.value(new long[] {1, 2, 3}).toIntList().size());
            }
    }
}
