package resnet4j.shrink;

import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import resnet4j.config.Nearest;
import resnet4j.model.ClassificationNet;
import resnet4j.nn.Layer;
import resnet4j.nn.LayerListener;
import resnet4j.nn.Net;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * What a network made of a batch, heard while it ran.
 *
 * @param maps by the layers' paths
 */
record Heard<R>(R result, Tensor logits, Map<String, Tensor> maps) {
    static <R> Heard<R> of(ClassificationNet net, List<String> layers, Supplier<R> run) {
        var nets = net.nets();
        var wanted = new IdentityHashMap<Net, String>();
        for (var path : layers) wanted.put(nets.get(path), path);
        var maps = new HashMap<String, Tensor>();
        var logits = new Tensor[1];
        var listener = new LayerListener() {
            @Override
            public void exit(Layer layer, Tensor out) {
                var path = wanted.get(layer);
                if (path != null) maps.put(path, out);
                if (layer == net.head()) logits[0] = out;
            }
        };
        try (var listening = Ops.listen(listener)) {
            var result = run.get();
            return new Heard<>(result, logits[0], maps);
        }
    }

    /** @throws IllegalArgumentException where a network has no such layer */
    static void require(ClassificationNet net, String whose, String path) {
        if (!(net.nets().get(path) instanceof Layer) || path.isEmpty())
            throw new IllegalArgumentException("layers: the " + whose + " has no layer named '" + path + "'."
                    + Nearest.hint(path, net.nets().keySet()));
    }
}
