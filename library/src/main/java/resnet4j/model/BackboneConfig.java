package resnet4j.model;

import resnet4j.nn.Linear;
import resnet4j.nn.Norm;

/**
 * A residual network without its head, as others build on it:
 * {@code BackboneConfig.of("resnet50").withOutputStride(8).withNorm(new Norm.FrozenBatch(1e-5)).build()}. Names of
 * weights are torchvision's, without {@code fc}.
 *
 * @param network         what it is the body of
 * @param outputStride    pixels of the image for one place of the deepest map: 8, 16 or 32 for images of 224 pixels.
 *                        Stages that would stride further dilate instead
 * @param trainableStages how many stages train, from the deepest; one more than there are leaves the stem to train too
 */
public record BackboneConfig(ResNetConfig network, int outputStride, int trainableStages) {
    public BackboneConfig {
        network.withOutputStride(outputStride); // refuses what cannot be
        int stages = network.stages().size();
        if (trainableStages < 0 || trainableStages > stages + 1)
            throw new IllegalArgumentException("trainableStages: expected 0 to " + (stages + 1) + " (" + stages
                    + " and the stem), got " + trainableStages);
    }

    /** The network's own strides, and all of it trains. */
    public static BackboneConfig of(ResNetConfig network) {
        return new BackboneConfig(
                network, network.outputStride(), network.stages().size() + 1);
    }

    /** That of a network of the registry. @throws IllegalArgumentException if there is none, or it has no backbone */
    public static BackboneConfig of(String name) {
        if (Models.get(name).architecture() instanceof ResNetConfig network) return of(network);
        throw new IllegalArgumentException(
                "backbone: expected a residual network with stages, such as resnet50 or resnext50_32x4d, got " + name);
    }

    public BackboneConfig withOutputStride(int outputStride) {
        return new BackboneConfig(network, outputStride, trainableStages);
    }

    public BackboneConfig withNorm(Norm norm) {
        return new BackboneConfig(network.withNorm(norm), outputStride, trainableStages);
    }

    public BackboneConfig withTrainableStages(int trainableStages) {
        return new BackboneConfig(network, outputStride, trainableStages);
    }

    /** A new network; its starting weights are those of the whole network with its head, from the same seed. */
    public Backbone build() {
        var body = new ResNetBody(network.withOutputStride(outputStride));
        new Linear(network.featureChannels(), network.classes()).close(); // torchvision draws it, and drops it
        body.initialise();
        body.trainLast(trainableStages);
        return body;
    }
}
