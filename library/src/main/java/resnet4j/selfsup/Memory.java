package resnet4j.selfsup;

import static resnet4j.tensor.Losses.unit;

import java.util.List;
import java.util.Map;
import resnet4j.tensor.Losses;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** Rows that a method keeps from step to step: keys of earlier batches, or the mean of what a teacher says. */
final class Memory implements AutoCloseable {
    private final Tensor rows; // [size, width]
    private final Tensor place; // [1] int64: the row that is written next

    /** Takes rows over as they are. */
    Memory(Tensor rows) {
        this.rows = rows.own();
        place = Tensor.of(new long[] {0}, 1).own();
    }

    Tensor rows() {
        return rows;
    }

    /** Overwrites the oldest rows; what goes past the end is left out. He et al. 2019, arXiv:1911.05722, section 3.2. */
    void enqueue(Tensor keys) {
        long at = place.toLongs()[0], size = rows.size(0);
        long n = Math.min(keys.size(0), size - at);
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            rows.narrow(0, at, n).set(unit(keys).narrow(0, 0, n));
            place.set(Tensor.of(new long[] {at + n == size ? 0 : at + n}, 1));
        }
    }

    /** Moves its only row towards the mean of all rows of {@code views}. arXiv:2104.14294, equation 4. */
    void follow(List<Tensor> views, double momentum) {
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            var mean = Ops.mean(Ops.cat(views, 0), List.of(0), true);
            rows.set(Ops.add(Losses.scale(rows, momentum), Losses.scale(mean, 1 - momentum)));
        }
    }

    /** To be saved and set. */
    Map<String, Tensor> tensors() {
        return Map.of("memory", rows, "memory.place", place);
    }

    @Override
    public void close() {
        rows.close();
        place.close();
    }
}
