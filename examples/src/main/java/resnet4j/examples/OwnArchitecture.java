package resnet4j.examples;

import java.nio.file.Path;
import resnet4j.Classifier;
import resnet4j.data.DataSource;
import resnet4j.model.BackboneConfig;
import resnet4j.model.Models;
import resnet4j.run.RunFolder;
import resnet4j.train.Recipe;
import resnet4j.train.Trainer;

/** Trains a network of one's own, and opens it again: {@code OwnArchitecture PICTURES RUN}. */
public final class OwnArchitecture {
    private OwnArchitecture() {}

    public static void main(String... args) throws Exception {
        Models.register(
                new Models.Entry("meanandmax20", "own", 32, new MeanAndMax(BackboneConfig.of("resnet20"), 10), ""));
        var recipe =
                Recipe.classify("meanandmax20").withData("folder:" + args[0]).withEpochs(2);
        var data = DataSource.parse(recipe.data());
        var run = RunFolder.create(Path.of(args[1]));
        try (var trainer = new Trainer(recipe, data, run, Trainer.Options.DEFAULT, new Trainer.Log() {})) {
            trainer.train();
        }
        try (var net = Classifier.load(run.path())) {
            System.out.println(net.card().model() + " knows " + net.card().classNames());
        }
    }
}
