package resnet4j.retrieval;

import static resnet4j.tensor.Losses.scale;
import static resnet4j.tensor.Losses.unit;

import java.io.IOException;
import java.util.List;
import resnet4j.config.Checks;
import resnet4j.data.DataSource;
import resnet4j.data.Label;
import resnet4j.eval.Retrieval;
import resnet4j.tensor.Losses;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;
import resnet4j.train.Machine;
import resnet4j.train.Objective;
import resnet4j.train.Recipe;
import resnet4j.train.Task;

/**
 * Features by which pictures of a class lie together, also of classes that training has not seen: the network's own, which
 * {@code index} and {@code search} compare by their cosine.
 */
public record Metric(Loss loss) implements Objective {
    public Metric() {
        this(new Loss.ArcFace());
    }

    /** {@code {"learn": "metric"}}. */
    public static final class Added implements Objective.Addition {
        @Override
        public void register() {
            Objective.register(Metric.class);
        }
    }

    /** What makes features of a class lie together. */
    public sealed interface Loss {
        /**
         * @param features [N,D]
         * @param centres  [classes,D], a row for each class, learned too
         */
        Tensor of(Tensor features, int[] labels, Tensor centres);

        /**
         * Classes by the angle to their centre, which has to be smaller by a margin. Deng et al. 2018, arXiv:1801.07698,
         * equation 3.
         */
        record ArcFace(double scale, double margin) implements Loss {
            public ArcFace {
                Checks.aboveZero("scale", scale);
                Checks.between("margin", 0, 1.5, margin);
            }

            public ArcFace() {
                this(16, 0.3);
            }

            @Override
            public Tensor of(Tensor features, int[] labels, Tensor centres) {
                var cosines = Ops.matmul(unit(features), Ops.permute(unit(centres), 1, 0)); // [N,classes]
                return Losses.arcFace(cosines, places(labels, features), scale, margin);
            }
        }

        /**
         * Each picture is nearer to the farthest of its class than to the nearest of another, by a margin, among those of a
         * batch. Hermans et al. 2017, arXiv:1703.07737, equation 5, on features of length 1.
         */
        record Triplet(double margin) implements Loss {
            public Triplet {
                Checks.aboveZero("margin", margin);
            }

            public Triplet() {
                this(0.2);
            }

            @Override
            public Tensor of(Tensor features, int[] labels, Tensor centres) {
                return Losses.batchHard(unit(features), places(labels, features), margin);
            }
        }

        /**
         * Pictures of a class are told from all others of the batch: NT-Xent with classes for views. Khosla et al. 2020,
         * arXiv:2004.11362, equation 2.
         */
        record Contrastive(double temperature) implements Loss {
            public Contrastive {
                Checks.aboveZero("temperature", temperature);
            }

            public Contrastive() {
                this(0.1);
            }

            @Override
            public Tensor of(Tensor features, int[] labels, Tensor centres) {
                int n = labels.length, asked = 0;
                var shares = new float[n * n];
                var itself = new float[n * n];
                for (int i = 0; i < n; i++) {
                    itself[i * n + i] = -1e9f; // exp gives 0
                    int others = -1;
                    for (int label : labels) if (label == labels[i]) others++;
                    if (others == 0) continue;
                    asked++;
                    for (int j = 0; j < n; j++) if (j != i && labels[j] == labels[i]) shares[i * n + j] = 1f / others;
                }
                var z = unit(features);
                var alike = Ops.affine(Ops.matmul(z, Ops.permute(z, 1, 0)), 1 / temperature, 0);
                var told = Ops.logSoftmax(Ops.add(alike, Tensor.of(itself, n, n).to(z.device())), 1);
                var sum = Ops.sum(Ops.mul(told, Tensor.of(shares, n, n).to(z.device())), List.of(0, 1), false);
                return scale(sum, -1.0 / Math.max(1, asked));
            }
        }

        private static Tensor places(int[] labels, Tensor beside) {
            var numbers = new long[labels.length];
            for (int i = 0; i < numbers.length; i++) numbers[i] = labels[i];
            return Tensor.of(numbers, numbers.length).to(beside.device());
        }
    }

    @Override
    public Class<Label> target() {
        return Label.class;
    }

    @Override
    public String headline() {
        return Retrieval.HEADLINE;
    }

    @Override
    public Task<Label> task(Recipe recipe, DataSource<?> data, Machine machine) throws IOException {
        var pictures = data.of(Label.class);
        var linear = recipe.architectureFor(pictures.train().classes().size()).withLinearHead();
        return new MetricTask(loss, recipe.withArchitecture(linear), pictures, machine);
    }
}
