package resnet4j.selfsup;

import java.util.ArrayList;
import java.util.Optional;
import resnet4j.model.ClassificationNet;
import resnet4j.model.LinearHead;
import resnet4j.nn.Lambda;
import resnet4j.nn.Layer;
import resnet4j.nn.Linear;
import resnet4j.nn.Net;
import resnet4j.nn.Norm;
import resnet4j.nn.Sequential;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** An encoder, which is what one wants, and what is thrown away after learning: a projector, and a predictor perhaps. */
final class Projecting extends Net {
    final ClassificationNet encoder;
    private final Layer projector;
    private final Optional<Layer> predictor;

    Projecting(ClassificationNet encoder, Method method) {
        this.encoder = child("encoder", encoder);
        var head = LinearHead.of(encoder.head())
                .orElseThrow(() -> new IllegalArgumentException("model: expected a network with a linear head, as its"
                        + " features are what is learned; take a ResNet"));
        forgetHead(encoder.head());
        projector = child("projector", layers(head.features(), method));
        predictor = method.predictor().isEmpty()
                ? Optional.empty()
                : Optional.of(child(
                        "predictor",
                        predictor(method.width(), method.predictor().getAsInt())));
    }

    /** A head that learns nothing says nothing: all classes alike. */
    private static void forgetHead(Layer head) {
        try (var scope = new NativeScope()) {
            head.parameters().values().forEach(t -> t.set(t.zerosLike()));
        }
    }

    private static Layer layers(int in, Method method) {
        var layers = new ArrayList<Layer>();
        int width = in;
        for (int i = 1; i < method.layers(); i++) {
            layers.add(new Linear(width, method.hidden(), false));
            layers.add(Norm.BATCH.of(method.hidden()));
            layers.add(Lambda.relu());
            width = method.hidden();
        }
        layers.add(new Linear(width, method.width(), !method.normalised()));
        if (method.normalised()) layers.add(Norm.BATCH.of(method.width()));
        return new Sequential(layers);
    }

    private static Layer predictor(int width, int hidden) {
        return new Sequential(
                new Linear(width, hidden, false), Norm.BATCH.of(hidden), Lambda.relu(), new Linear(hidden, width));
    }

    /** [N,3,H,W] -> [N,width]. */
    Tensor project(Tensor images) {
        return projector.apply(Ops.flatten(encoder.features(images), 1));
    }

    Tensor predict(Tensor projection) {
        return predictor.isEmpty() ? projection : predictor.get().apply(projection);
    }

    boolean predicts() {
        return predictor.isPresent();
    }
}
