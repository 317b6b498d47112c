package resnet4j.train;

import java.io.IOException;
import java.nio.file.Path;
import resnet4j.data.Dataset;
import resnet4j.data.Loader;
import resnet4j.eval.Inputs;
import resnet4j.image.Target;
import resnet4j.model.ClassificationNet;
import resnet4j.model.ModelFile;
import resnet4j.model.NetWeights;
import resnet4j.nn.Net;
import resnet4j.tensor.Device;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Tensor;
import resnet4j.weights.WeightFile;

/**
 * What a task is worked on with, and how a recipe becomes networks and batches there. Numbers do not depend on the threads
 * that prepare batches.
 */
public record Machine(Device device, int loaderThreads) {
    private static final int FIRST_PICTURES = 2000; // that a network is shown before it is trained
    private static final int PREFETCH = 4;

    /** The network, moved to the device and into the memory order that convolutions like. */
    public <N extends Net> N place(N net) {
        net.channelsLast();
        net.to(device);
        return net;
    }

    /** A recipe's network with one answer for a picture, placed here; it is made for the sizes that it will be given. */
    public ClassificationNet network(Recipe recipe, int logits) {
        var architecture = recipe.architectureFor(logits);
        architecture.requireOneAnswer(recipe.model());
        if (recipe.preprocess().cropHeight() == 0 || recipe.preprocess().cropWidth() == 0)
            throw new IllegalArgumentException("preprocess: expected a size, as the pictures of a batch are of one, got"
                    + " cropWidth " + recipe.preprocess().cropWidth() + " and cropHeight "
                    + recipe.preprocess().cropHeight() + "; set them to the pictures' own");
        architecture.requireInput(
                recipe.preprocess().cropHeight(), recipe.preprocess().cropWidth());
        var small = recipe.progressive();
        if (small.share() > 0) architecture.requireInput(small.size(), small.size());
        return place(Net.whole(architecture::build));
    }

    /**
     * Sets the weights that a recipe begins from; where it names none, shows the network the first pictures, of which some
     * networks make their first layer. Closes {@code owner}, the network or what it is part of, where that fails.
     */
    public void begin(Recipe recipe, ClassificationNet net, Net owner, Dataset<?> pictures) throws IOException {
        if (begin(recipe, net, owner)) return;
        try (var scope = new NativeScope()) {
            net.calibrate(() -> first(recipe, pictures));
        } catch (RuntimeException e) {
            owner.close();
            throw e;
        }
    }

    private <T extends Target<T>> Tensor first(Recipe recipe, Dataset<T> pictures) {
        var few = pictures.limit(FIRST_PICTURES);
        try (var batches = Loader.inOrder(few, few.size())
                .withPreprocess(recipe.preprocess())
                .epoch(0)) {
            return Inputs.images(batches.next(), recipe.preprocess(), device);
        }
    }

    /** Training batches of every epoch, with what a recipe does to each picture by itself. */
    public <T extends Target<T>> Loader<T> training(Recipe recipe, Dataset<T> pictures) {
        return Loader.shuffled(pictures, recipe.batch(), recipe.seed())
                .withOrder(recipe.order(), recipe.seed())
                .withDropLast(recipe.dropLast() && pictures.size() >= recipe.batch())
                .withPreprocess(recipe.preprocess())
                .withAugments(recipe.augment())
                .withThreads(loaderThreads, PREFETCH);
    }

    /** Every picture once, as a recipe's network is shown it. */
    public <T extends Target<T>> Loader<T> measuring(Recipe recipe, Dataset<T> pictures) {
        return Loader.inOrder(pictures, recipe.batch())
                .withPreprocess(recipe.preprocess())
                .withThreads(loaderThreads, PREFETCH);
    }

    /** The model of a file, placed here. The caller closes it. */
    public ModelFile.Opened open(Path model) throws IOException {
        var opened = ModelFile.open(model);
        place(opened.net());
        return opened;
    }

    /**
     * Sets the weights that a network's body begins from, where a recipe names some. Closes {@code owner}, the network
     * or what it is part of, where they do not fit.
     *
     * @return whether it names some
     */
    public static boolean begin(Recipe recipe, ClassificationNet net, Net owner) throws IOException {
        if (recipe.weights().isEmpty()) return false;
        var path = Path.of(recipe.weights().get());
        try {
            NetWeights.loadBody(net, WeightFile.read(path).tensors(), path.toString());
            return true;
        } catch (IOException | RuntimeException e) {
            owner.close();
            throw e;
        }
    }
}
