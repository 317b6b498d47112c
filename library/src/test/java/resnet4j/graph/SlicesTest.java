package resnet4j.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import resnet4j.model.Models;
import resnet4j.nn.Lambda;
import resnet4j.nn.Linear;
import resnet4j.nn.Sequential;
import resnet4j.tensor.Engine;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Precision;
import resnet4j.tensor.Tensor;
import resnet4j.tensor.Workers;

class SlicesTest {
    private final int before = Engine.threads();

    @BeforeEach
    void threeThreads() {
        Engine.threads(3);
    }

    @AfterEach
    void asBefore() {
        Engine.threads(before);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1", "3, 3", "4, 1", "23, 1", "24, 12", "25, 15", "6, 3", "0, 1"})
    void cut_givesEveryThreadAsManyParts_orLeavesTheBatchWhole(long pictures, int parts) {
        var cut = new Slices(2).cut(List.of(List.of(pictures, 3L, 8L, 8L)));
        assertEquals(parts, Math.max(1, cut.size()));
        if (parts == 1) return;
        assertEquals(pictures, cut.stream().mapToLong(Long::longValue).sum());
        assertTrue(cut.stream().allMatch(size -> size == 1 || size == 2), cut.toString());
        assertEquals(0, parts % 3);
    }

    /** By hand: what each picture gives alone. */
    @Test
    void aBatchInParts_givesWhatItsPicturesGiveAlone() {
        Ops.seed(0);
        try (var net = Models.create("resnet20", 10);
                var scope = new NativeScope()) {
            try (var plan = Plan.compile(net, Precision.FP32, 1, 3, 32, 32)) {
                var images = Tensor.randn(27, 3, 32, 32); // in three parts
                var together = plan.run(images);
                Engine.threads(1);
                for (int i = 0; i < 27; i++) {
                    var alone = plan.run(images.narrow(0, i, 1)).toFloats();
                    var row = together.narrow(0, i, 1).toFloats();
                    for (int k = 0; k < alone.length; k++)
                        assertEquals(alone[k], row[k], 1e-4 * Math.abs(alone[k]) + 1e-5);
                }
            }
        }
    }

    /** Networks whose values have a row for each picture, and whose pictures are not independent. */
    static List<UnaryOperator<Tensor>> mixing() {
        return List.of(
                x -> Ops.sum(Ops.mul(x, Ops.reshape(x, -1, 1, 6)), List.of(1), false), // [N,6] and [N,1,6] make [N,N,6]
                x -> Ops.sum(Ops.add(Ops.reshape(x, -1, 1, 6), x), List.of(1), false),
                x -> Ops.softmax(x, 0),
                x -> Ops.softmax(x, -2));
    }

    /** By hand: the same network on one thread, where a batch is never cut. */
    @ParameterizedTest
    @MethodSource("mixing")
    void picturesThatDependOnEachOther_stayTogether(UnaryOperator<Tensor> mix) {
        Ops.seed(0);
        try (var scope = new NativeScope();
                var net = new Sequential(new Linear(5, 6), new Lambda(mix));
                var plan = Plan.compile(net, Precision.FP32, 1, 5)) {
            var x = Tensor.randn(27, 5);
            assertArrayEquals(net.apply(x).toFloats(), plan.run(x).toFloats(), 1e-5f);
        }
    }

    @Test
    void workers_doNotSplitOperations_andLeaveOtherThreadsAsTheyWere() throws InterruptedException {
        var threads = ConcurrentHashMap.<Integer>newKeySet();
        Workers.each(30, i -> threads.add(Engine.threads()));
        assertEquals(Set.of(1), threads);
        assertEquals(3, Engine.threads());
        var other = new int[1];
        var thread = new Thread(() -> other[0] = Engine.threads());
        thread.start();
        thread.join();
        assertEquals(3, other[0]);
    }

    /** Another count of threads than a worker began with, and than a plan was made with. */
    @Test
    void threadsSetLater_holdForWhatBeginsLater() throws InterruptedException {
        Workers.each(3, i -> {});
        Engine.threads(2);
        Workers.each(4, i -> assertEquals(1, Engine.threads()));
        var other = new int[1];
        var thread = new Thread(() -> other[0] = Engine.threads());
        thread.start();
        thread.join();
        assertEquals(2, other[0]);
    }

    @Test
    void whatIsInterrupted_endsItsParts_andStaysInterrupted() {
        var done = ConcurrentHashMap.<Integer>newKeySet();
        Thread.currentThread().interrupt();
        Workers.each(9, done::add);
        assertTrue(Thread.interrupted());
        assertEquals(9, done.size());
    }

    @Test
    void whatAPartThrows_isThrown_whenTheOthersHaveEnded() {
        var done = ConcurrentHashMap.<Integer>newKeySet();
        var thrown = assertThrows(
                IllegalStateException.class,
                () -> Workers.each(9, i -> {
                    if (i == 1) throw new IllegalStateException("part 1");
                    done.add(i);
                }));
        assertEquals("part 1", thrown.getMessage());
        assertTrue(done.size() >= 6, done.toString());
    }
}
