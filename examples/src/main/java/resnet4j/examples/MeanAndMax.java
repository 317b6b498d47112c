package resnet4j.examples;

import java.util.List;
import resnet4j.config.Checks;
import resnet4j.model.Architecture;
import resnet4j.model.Backbone;
import resnet4j.model.BackboneConfig;
import resnet4j.model.ClassificationNet;
import resnet4j.nn.Layer;
import resnet4j.nn.Linear;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** An architecture of one's own: any residual backbone, and a head that sees the mean and the most of each of its maps. */
public record MeanAndMax(BackboneConfig body, int classes) implements Architecture {
    public MeanAndMax {
        Checks.classes(classes);
    }

    @Override
    public ClassificationNet build() {
        return new Network(this);
    }

    @Override
    public MeanAndMax withClasses(int classes) {
        return new MeanAndMax(body, classes);
    }

    private static final class Network extends ClassificationNet {
        private final Backbone body;
        private final Layer fc;

        Network(MeanAndMax c) {
            super(c);
            body = child("body", c.body.build());
            var levels = body.levels();
            fc = child("fc", new Linear(2 * levels.get(levels.size() - 1).channels(), c.classes));
        }

        @Override
        public Tensor features(Tensor images) {
            var maps = body.map(images);
            var most = Ops.max(maps, List.of(2, 3), false);
            return Ops.cat(List.of(Ops.globalAvgPool(maps), most), 1); // [N,2*channels]
        }

        @Override
        public Layer head() {
            return fc;
        }
    }
}
