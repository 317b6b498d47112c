package resnet4j.selfsup;

import java.util.List;
import java.util.Optional;
import resnet4j.tensor.Tensor;

/**
 * What the networks say of a batch's views, [N,width] each.
 *
 * @param online  of the network that learns, with gradients: its predictions where a method has a predictor, else its
 *                projections
 * @param targets projections to be matched, without gradients: of the momentum encoder where there is one; none for
 *                methods that need none
 * @param memory  see {@link Memory}
 */
public record Views(List<Tensor> online, List<Tensor> targets, Optional<Tensor> memory) {}
