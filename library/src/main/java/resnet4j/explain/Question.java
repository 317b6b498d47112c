package resnet4j.explain;

import java.util.Optional;
import java.util.function.Function;
import resnet4j.graph.Graph;
import resnet4j.image.Image;
import resnet4j.model.ClassificationNet;
import resnet4j.tensor.Tensor;

/**
 * What of a network's answer to a picture is to be explained.
 *
 * @param seen   the picture as the network sees it
 * @param image  the same, normalised, [1,3,H,W]
 * @param target what of the graph's answers
 * @param answer the same, for people
 * @param graph  of the network, or of another of its architecture, on pictures of this size
 * @param layer  what the methods of class activation maps look at where nobody says; {@link Subject#defaultLayer} if absent
 */
public record Question(
        Image seen,
        Tensor image,
        Target target,
        Explained.Answer answer,
        Function<ClassificationNet, Graph> graph,
        Optional<String> layer) {
    Subject of(ClassificationNet net) {
        return new Subject(graph.apply(net), image, target);
    }
}
