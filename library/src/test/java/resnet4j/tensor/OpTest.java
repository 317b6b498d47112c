package resnet4j.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OpTest {
    @Test
    void everyOperation_isInTheTableOfEveryEngine() {
        var all = operations(Op.class);
        assertEquals(all, LibTorch.KERNELS.keySet());
        assertEquals(all, OneDnnOps.KERNELS.keySet());
    }

    private static Set<Class<?>> operations(Class<?> type) {
        if (type.isRecord()) return Set.of(type);
        var all = new HashSet<Class<?>>();
        for (var permitted : List.of(type.getPermittedSubclasses())) all.addAll(operations(permitted));
        return all;
    }
}
