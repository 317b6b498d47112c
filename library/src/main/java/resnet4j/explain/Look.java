package resnet4j.explain;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import resnet4j.image.Image;
import resnet4j.image.ImageFile;
import resnet4j.image.Picture;
import resnet4j.run.Stages;
import resnet4j.tensor.NativeScope;

/** What a network has learnt, looked at in one way; the way writes what is seen to a file. */
public sealed interface Look permits Look.Filters, Look.Maps, Maximisation, Similarity, Plane {
    /** @param name what the network is called in the result */
    Looked at(Explainer explainer, String name, Stages stages) throws IOException;

    /**
     * The filters of the first convolution as colours: grey is 0, and each is as bright as its largest number.
     *
     * @param out a PNG file
     */
    record Filters(Path out) implements Look {
        @Override
        public Looked at(Explainer explainer, String name, Stages stages) throws IOException {
            var graph = explainer.graph();
            for (var node : graph.nodes()) {
                var weight = node.op().hasFilters()
                        ? graph.constants().get(node.inputs().get(1))
                        : null;
                if (weight == null || weight.dim() != 4 || weight.size(1) != 3) continue;
                int high = (int) weight.size(2), wide = (int) weight.size(3), one = 3 * high * wide;
                float[] all = weight.toFloats();
                var tiles = new ArrayList<Image>();
                for (int from = 0; from < all.length; from += one)
                    tiles.add(Tiles.enlarged(Tiles.signed(all, from, high, wide)));
                ImageFile.writePng(out, Tiles.sheet(tiles));
                var said = tiles.size() + " filters of " + high + "x" + wide;
                return new Looked(name, "filters", Optional.of(node.path()), tiles.size(), said, out);
            }
            throw new IllegalArgumentException(
                    "model: expected a network whose first convolution takes three colours, got " + name);
        }
    }

    /**
     * What each channel of a layer makes of a picture, in grey: black is its least, white its largest number.
     *
     * @param layer the layer's path; {@link Subject#defaultLayer} where absent
     * @param out   a PNG file
     */
    record Maps(Path picture, Optional<String> layer, Path out) implements Look {
        private static final int MOST = 256;

        @Override
        public Looked at(Explainer explainer, String name, Stages stages) throws IOException {
            var seen = explainer.seen(Picture.of(picture));
            var graph = explainer.graph(seen);
            var at = layer.orElseGet(() -> Subject.defaultLayer(graph));
            var value = Subject.maps(graph, at);
            try (var scope = new NativeScope()) {
                var maps = graph.withOutputs(Map.of("maps", value))
                        .run(Map.of(graph.inputs().get(0).name(), explainer.image(seen)))
                        .get("maps");
                int high = (int) maps.size(2), wide = (int) maps.size(3);
                float[] all = maps.toFloats();
                int channels = all.length / (high * wide), shown = Math.min(MOST, channels);
                var tiles = new ArrayList<Image>();
                for (int c = 0; c < shown; c++) tiles.add(Tiles.enlarged(Tiles.grey(all, c * high * wide, high, wide)));
                ImageFile.writePng(out, Tiles.sheet(tiles));
                var said = shown + " of the " + channels + " maps of " + high + "x" + wide + " that " + at
                        + " makes of " + picture;
                return new Looked(name, "maps", Optional.of(at), shown, said, out);
            }
        }
    }

    /**
     * What was seen.
     *
     * @param look       the way
     * @param shown      how many filters, maps, pictures or layers
     * @param said       the same for people
     * @param similarity of layers, where they were compared
     * @param varies     share of the features' variance that two axes show, where they were drawn
     */
    record Looked(
            String model,
            String look,
            Optional<String> layer,
            int shown,
            String said,
            Path out,
            Optional<Similarity.Matrix> similarity,
            Optional<Double> varies) {
        Looked(String model, String look, Optional<String> layer, int shown, String said, Path out) {
            this(model, look, layer, shown, said, out, Optional.empty(), Optional.empty());
        }

        /** In lines, for people. */
        @Override
        public String toString() {
            return said + "\n" + out + similarity.map(s -> "\n" + s).orElse("");
        }
    }
}
