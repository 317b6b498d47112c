package resnet4j.tensor;

import java.util.List;
import java.util.Set;
import resnet4j.array.DType;

/** Operations number by number. Each is known by its name in {@link Op}. */
public interface ElementOps {
    /** The result has x's shape, and each number depends on one of x. */
    sealed interface Pointwise extends Op {
        @Override
        default List<Long> shape(List<List<Long>> in) {
            return in.get(0);
        }

        @Override
        default Channels channels(List<List<Long>> in) {
            return Channels.SAME;
        }
    }

    record Relu() implements Pointwise {
        @Override
        public boolean keepsFactors() {
            return true;
        }

        @Override
        public boolean isRectifier() {
            return true;
        }

        @Override
        public boolean hasInPlaceForm() {
            return true;
        }
    }

    /** Limits to [min,max]; ReLU6 is {@code Clamp(0, 6)}. */
    record Clamp(double min, double max) implements Pointwise {
        @Override
        public boolean isRectifier() {
            return min == 0;
        }
    }

    record Sigmoid() implements Pointwise {}

    record Tanh() implements Pointwise {}

    /** x * sigmoid(x). arXiv:1702.03118. */
    record Silu() implements Pointwise {}

    /** x * Phi(x), exact. arXiv:1606.08415. */
    record Gelu() implements Pointwise {}

    /** x * scale + shift. */
    record Affine(double scale, double shift) implements Pointwise {
        @Override
        public boolean isIdentity(List<Long> in, List<Long> out) {
            return scale == 1 && shift == 0;
        }
    }

    /** Zero with probability {@code p}, else x / (1 - p); only in training. */
    record Dropout(double p) implements Pointwise {
        @Override
        public boolean isIdentity(List<Long> in, List<Long> out) {
            return true;
        }
    }

    /** From floats to whole numbers or back: the result has x's shape, and the scale, which comes next, stays in 32 bits. */
    sealed interface Scaled extends Op {
        @Override
        default List<Long> shape(List<List<Long>> in) {
            return in.get(0);
        }

        @Override
        default Set<Integer> exact() {
            return Set.of(1);
        }
    }

    /**
     * x, scale [1] -> x / scale rounded to whole numbers, halves to even ones, in the bounds of {@code to}: U8 or I8. As
     * ONNX's QuantizeLinear with zero at zero.
     */
    record Quantize(DType to) implements Scaled {
        public Quantize {
            if (to != DType.U8 && to != DType.I8)
                throw new IllegalArgumentException("to: expected U8 or I8, got " + to);
        }

        @Override
        public boolean toEightBits() {
            return true;
        }
    }

    /** Whole numbers x times scale in 32-bit floats; scale is [1], or has a number for each of x's first dimension. */
    record Dequantize() implements Scaled {
        @Override
        public boolean fromEightBits() {
            return true;
        }
    }

    /**
     * x, scale -> what {@link Quantize} and {@link Dequantize} make of x one after another, in floats that gradients go
     * through: for training. The scale is [1], or has a number for each of x's first dimension.
     *
     * @param learnt   whether gradients go to the scale; else it follows the largest number that is seen in training
     * @param momentum of a scale that follows: the share that the numbers of now have in it
     */
    record FakeQuantize(DType to, boolean learnt, double momentum, boolean training) implements Scaled {
        public FakeQuantize {
            if (to != DType.U8 && to != DType.I8)
                throw new IllegalArgumentException("to: expected U8 or I8, got " + to);
            if (!(momentum > 0 && momentum <= 1))
                throw new IllegalArgumentException("momentum: expected (0,1], got " + momentum);
        }

        @Override
        public DType roundsTo() {
            return to;
        }

        @Override
        public Set<Integer> statistics() {
            return learnt ? Set.of() : Set.of(1);
        }

        @Override
        public Op inTraining() {
            return learnt ? this : new FakeQuantize(to, false, momentum, true);
        }
    }

    /** a + b, with broadcasting. */
    record Add() implements Op {
        @Override
        public boolean isSum() {
            return true;
        }

        @Override
        public boolean hasInPlaceForm() {
            return true;
        }

        @Override
        public Channels channels(List<List<Long>> in) {
            return Channels.SAME;
        }

        @Override
        public boolean mixesRows(List<List<Long>> rows) {
            return Op.ranksDiffer(rows);
        }
    }

    /** a * b, with broadcasting. */
    record Mul() implements Op {
        @Override
        public Channels channels(List<List<Long>> in) {
            return Channels.SAME;
        }

        @Override
        public boolean mixesRows(List<List<Long>> rows) {
            return Op.ranksDiffer(rows);
        }
    }

    /** Shares of 1 along {@code dim}. */
    record Softmax(int dim) implements Op {
        @Override
        public boolean mixesRows(List<List<Long>> rows) {
            return rows.get(0) == null || dim == 0 || dim == -rows.get(0).size();
        }
    }

    /** The logarithm of {@link Softmax}. */
    record LogSoftmax(int dim) implements Op {
        @Override
        public boolean mixesRows(List<List<Long>> rows) {
            return rows.get(0) == null || dim == 0 || dim == -rows.get(0).size();
        }
    }
}
