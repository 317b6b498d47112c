package resnet4j.selfsup;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import resnet4j.data.DataSource;
import resnet4j.data.Label;
import resnet4j.data.PictureFiles;
import resnet4j.train.Machine;
import resnet4j.train.Objective;
import resnet4j.train.Recipe;
import resnet4j.train.Task;

/**
 * A representation of pictures, learned without their labels. Labels, where there are some, only say how good it has
 * become, by the nearest neighbours of pictures held out.
 */
public record Pretrain(Method method) implements Objective {
    public Pretrain() {
        this(new Method.SimClr());
    }

    /** {@code {"learn": "pretrain"}}, {@code fixMatch} and {@code pseudoLabel}, and pictures without labels, {@code unlabelled:DIR}. */
    public static final class Added implements Objective.Addition {
        @Override
        public void register() {
            Objective.register(Pretrain.class);
            Objective.register(FixMatch.class);
            Objective.register(PseudoLabel.class);
            DataSource.register("unlabelled", Label.class, Pretrain::unlabelled);
        }
    }

    private static DataSource<Label> unlabelled(String path) throws IOException {
        var files = PictureFiles.pictures(Path.of(path));
        if (files.isEmpty()) throw new IOException(path + ": expected pictures in this folder or below, found none");
        return new DataSource<>(
                "unlabelled:" + path,
                PictureFiles.unlabelled(files, Path.of(path)),
                Optional.empty(),
                Optional.empty());
    }

    @Override
    public Class<Label> target() {
        return Label.class;
    }

    @Override
    public String headline() {
        return Representation.NEIGHBOURS;
    }

    @Override
    public Task<Label> task(Recipe recipe, DataSource<?> data, Machine machine) throws IOException {
        var pictures = data.of(Label.class);
        var linear = recipe.architectureFor(pictures.train().classes().size()).withLinearHead();
        return new Pretraining(method, recipe.withArchitecture(linear), pictures, machine);
    }
}
