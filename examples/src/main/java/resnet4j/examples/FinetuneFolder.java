package resnet4j.examples;

import java.nio.file.Path;
import java.util.Optional;
import resnet4j.data.DataSource;
import resnet4j.export.OnnxExport;
import resnet4j.model.ModelFile;
import resnet4j.run.RunFolder;
import resnet4j.train.Finetune;
import resnet4j.train.Trainer;

/** Teaches a saved model the classes of a folder, reports and exports: {@code FinetuneFolder MODEL PICTURES RUN}. */
public final class FinetuneFolder {
    private FinetuneFolder() {}

    public static void main(String... args) throws Exception {
        var model = Path.of(args[0]);
        var pictures = DataSource.parse("folder:" + args[1]);
        var run = RunFolder.create(Path.of(args[2]));
        Finetune.Plan plan;
        try (var opened = ModelFile.open(model)) {
            plan = Finetune.plan(opened.file(), Optional.of(model), pictures, new Finetune.Wishes());
        }
        plan.reasons().forEach(System.out::println);
        var outcome = Finetune.run(plan, pictures, run, Trainer.Options.DEFAULT);
        OnnxExport.write(run.model(), run.path().resolve("model.onnx"));
        System.out.println(outcome.test().orElseThrow().value() + " right; " + run.report());
    }
}
