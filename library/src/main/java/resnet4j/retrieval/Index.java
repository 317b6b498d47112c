package resnet4j.retrieval;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntConsumer;
import resnet4j.array.DType;
import resnet4j.array.HostTensor;
import resnet4j.config.Records;
import resnet4j.data.PictureFiles;
import resnet4j.data.Skipped;
import resnet4j.eval.Neighbours;
import resnet4j.files.Digest;
import resnet4j.image.Preprocess;
import resnet4j.model.ModelFile;
import resnet4j.train.Features;
import resnet4j.train.Machine;
import resnet4j.weights.SafeTensors;
import resnet4j.weights.WeightFile;

/**
 * Pictures by what a network makes of them, to be searched for those that are alike. Search is exact: the cosine with every
 * one.
 *
 * @param maker   what made it
 * @param files   the pictures
 * @param width   numbers a picture
 * @param vectors of length 1, one after another
 */
public record Index(Maker maker, List<String> files, int width, float[] vectors) {
    private static final String FORMAT = "resnet4j index";

    public Index {
        files = List.copyOf(files);
        if (width < 1 || (long) width * files.size() != vectors.length)
            throw new IllegalArgumentException("vectors: expected " + width + " numbers for each of " + files.size()
                    + " pictures, got " + vectors.length);
    }

    /**
     * A network with its weights, to be found again.
     *
     * @param model      a saved model, a run folder or a name
     * @param weights    the file that its weights are in
     * @param digest     of that file
     * @param preprocess how pictures are made ready for it
     */
    public record Maker(Path model, Path weights, String digest, Preprocess preprocess) {
        /** @param weights the file that the weights of {@code opened} are from */
        public static Maker of(ModelFile.Opened opened, String model, Path weights) throws IOException {
            var saved = Path.of(model);
            return new Maker(
                    Files.exists(saved) ? saved.toAbsolutePath() : saved,
                    weights.toAbsolutePath(),
                    new Digest().addFile(weights).hex(),
                    opened.file().preprocess());
        }

        /** @throws IOException if it is not there, or not what it was */
        private ModelFile.Opened open() throws IOException {
            if (!Files.exists(weights) || !new Digest().addFile(weights).hex().equals(digest))
                throw new IOException(weights + ": expected the weights that the index was made with, "
                        + (Files.exists(weights) ? "they have changed" : "there are none")
                        + "; make the index again with './resnet4j index'");
            var opened = ModelFile.open(model.toString(), Optional.of(weights), OptionalInt.empty());
            return new ModelFile.Opened(opened.file().withPreprocess(preprocess), opened.net());
        }
    }

    /** A picture that was found. @param likeness the cosine, 1 for the same picture */
    public record Hit(String file, double likeness) {}

    /** An index, and the pictures that could not be read. */
    public record Made(Index index, List<Skipped> skipped) {}

    /** Looks at all pictures in folders and below. @param progress told how many each batch had */
    public static Made of(ModelFile.Opened opened, Maker maker, List<Path> files, Machine machine, IntConsumer progress)
            throws IOException {
        machine.place(opened.net());
        var pictures = PictureFiles.unlabelled(files);
        var features = Features.pooled(opened.net(), pictures, opened.file().preprocess(), machine, progress);
        int n = features.labels().length, width = features.values().length / Math.max(1, n);
        var unread = features.skipped().stream().map(Skipped::file).toList();
        var names = files.stream()
                .map(Path::toString)
                .filter(name -> !unread.contains(name))
                .toList();
        var vectors = features.values().clone();
        for (int i = 0; i < n; i++) unit(vectors, i * width, width, names.get(i));
        return new Made(new Index(maker, names, width, vectors), features.skipped());
    }

    private static void unit(float[] vectors, int from, int width, String name) {
        double squares = 0;
        for (int i = from; i < from + width; i++) squares += (double) vectors[i] * vectors[i];
        if (!(squares > 0 && squares < Double.POSITIVE_INFINITY))
            throw new IllegalArgumentException("model: expected features that are numbers and not all 0, got others of "
                    + name + "; its weights are damaged or were never trained");
        for (int i = from; i < from + width; i++) vectors[i] /= (float) Math.sqrt(squares);
    }

    /** The {@code k} pictures that are most alike to each of some files. @throws IOException for one that cannot be read */
    public List<List<Hit>> search(List<Path> files, int k, Machine machine) throws IOException {
        try (var opened = maker.open()) {
            machine.place(opened.net());
            var pictures = PictureFiles.unlabelled(files);
            var found = Features.pooled(opened.net(), pictures, maker.preprocess, machine, n -> {});
            for (var unread : found.skipped()) throw new IOException(unread.file() + ": " + unread.reason());
            return nearest(found.values(), k);
        }
    }

    /** The {@code k} pictures that are most alike to each of some with these features, most alike first. */
    public List<List<Hit>> nearest(float[] features, int k) {
        return new Neighbours(vectors, width)
                .nearestOfEach(features, k).stream()
                        .map(near -> near.stream()
                                .map(one -> new Hit(files.get(one.place()), one.cosine()))
                                .toList())
                        .toList();
    }

    /** Writes it: one safetensors file. */
    public void save(Path path) throws IOException {
        var bytes = ByteBuffer.allocate(Math.multiplyExact(4, vectors.length)).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vectors);
        var tensor = new HostTensor(DType.F32, List.of((long) files.size(), (long) width), bytes);
        SafeTensors.write(
                path,
                Map.of("vectors", tensor),
                Map.of("format", FORMAT, "maker", Records.line(maker), "files", Records.line(files)));
    }

    /** @throws IOException with the path and what is wrong, if it is no index */
    public static Index load(Path path) throws IOException {
        var file = WeightFile.read(path);
        var text = file.metadata();
        var tensor = file.tensors().get("vectors");
        if (!FORMAT.equals(text.get("format")) || tensor == null || tensor.dtype() != DType.F32)
            throw new IOException(
                    path + ": expected an index of pictures, got something else; make one with './resnet4j"
                            + " index MODEL FOLDER --out " + path + "'");
        try {
            var names = new ArrayList<String>();
            Records.parse(text.get("files")).forEach(node -> names.add(node.asText()));
            var vectors = new float[Math.toIntExact(tensor.elements())];
            tensor.data().asFloatBuffer().get(vectors);
            var maker = Records.read(text.get("maker"), Maker.class);
            return new Index(maker, names, vectors.length / Math.max(1, names.size()), vectors);
        } catch (RuntimeException e) {
            throw new IOException(path + ": the index is damaged: " + e.getMessage(), e);
        }
    }
}
