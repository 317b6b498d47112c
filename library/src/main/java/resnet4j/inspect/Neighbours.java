package resnet4j.inspect;

import static resnet4j.tensor.Losses.unit;

import java.util.ArrayList;
import java.util.List;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** Rows of features that lie in nearly the same direction. */
final class Neighbours {
    private static final int AT_ONCE = 1 << 24; // cosines

    private Neighbours() {}

    record Near(int row, double cosine) {}

    /** Of each row, the {@code k} nearest others. */
    static List<Near>[] of(float[] values, int width, int k) {
        int n = values.length / width, chunk = Math.max(1, AT_ONCE / n);
        @SuppressWarnings({"unchecked", "rawtypes"})
        List<Near>[] near = new List[n];
        try (var all = new NativeScope();
                var noGrad = Ops.noGrad()) {
            var rows = unit(Tensor.of(values, n, width));
            var turned = Ops.permute(rows, 1, 0);
            for (int from = 0; from < n; from += chunk) {
                int size = Math.min(chunk, n - from);
                float[] cosines;
                try (var scope = new NativeScope()) {
                    cosines = Ops.matmul(rows.narrow(0, from, size), turned).toFloats();
                }
                for (int i = 0; i < size; i++) near[from + i] = nearest(cosines, i * n, n, from + i, k);
            }
        }
        return near;
    }

    private static List<Near> nearest(float[] cosines, int at, int n, int self, int k) {
        var best = new ArrayList<Near>();
        double least = Double.NEGATIVE_INFINITY;
        for (int j = 0; j < n; j++) {
            float cosine = cosines[at + j];
            if (cosine <= least || j == self) continue;
            int place = best.size();
            while (place > 0 && best.get(place - 1).cosine < cosine) place--;
            best.add(place, new Near(j, cosine));
            if (best.size() > k) best.remove(k);
            if (best.size() == k) least = best.get(k - 1).cosine;
        }
        return best;
    }
}
