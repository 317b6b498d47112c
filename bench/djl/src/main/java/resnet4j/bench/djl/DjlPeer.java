package resnet4j.bench.djl;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.basicmodelzoo.cv.classification.ResNetV1;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import ai.djl.translate.NoopTranslator;
import ai.djl.translate.TranslateException;
import resnet4j.bench.Task;
import resnet4j.eval.Timing;

/**
 * DJL's own ResNet of its model zoo, in fp32, the only precision that it trains in. Weights are its own random ones. Its
 * network of 50 layers is the paper's (stride in the 1x1 convolution); that of 18 is smaller than the paper's.
 */
public final class DjlPeer {
    private DjlPeer() {}

    public static void main(String[] args) throws Exception {
        var task = Task.parse(args);
        System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(task.threads()));
        System.setProperty("ai.djl.offline", "true");
        try (var model = Model.newInstance(task.model(), Device.cpu(), "PyTorch")) {
            model.setBlock(ResNetV1.builder()
                    .setImageShape(new Shape(3, task.size(), task.size()))
                    .setNumLayers(Integer.parseInt(task.model().replaceAll("\\D", "")))
                    .setOutSize(1000)
                    .build());
            var timing = task.mode().equals("train") ? train(model, task) : infer(model, task);
            task.print("djl", timing, new float[0]);
        }
    }

    private static Shape shape(Task task) {
        return new Shape(task.batch(), 3, task.size(), task.size());
    }

    private static Timing infer(Model model, Task task) {
        model.getBlock().initialize(model.getNDManager(), DataType.FLOAT32, shape(task));
        try (var predictor = model.newPredictor(new NoopTranslator());
                var images = model.getNDManager().create(task.images(), shape(task))) {
            return Timing.of(task.seconds(), () -> {
                try (var logits = predictor.predict(new NDList(images))) {
                    logits.singletonOrThrow().toFloatArray();
                } catch (TranslateException e) {
                    throw new IllegalStateException(e);
                }
            });
        }
    }

    /** Forward, cross entropy, backward, SGD with momentum: what a step of {@code ./resnet4j train} is by default. */
    private static Timing train(Model model, Task task) {
        var sgd = Optimizer.sgd()
                .setLearningRateTracker(Tracker.fixed(0.1f))
                .optMomentum(0.9f)
                .optWeightDecays(1e-4f)
                .build();
        var config = new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                .optOptimizer(sgd)
                .optDevices(new Device[] {Device.cpu()});
        try (var trainer = model.newTrainer(config)) {
            trainer.initialize(shape(task));
            float[] pixels = task.images();
            var classes = new long[task.batch()];
            for (int i = 0; i < classes.length; i++) classes[i] = i * 7919L % 1000;
            return Timing.of(task.seconds(), () -> {
                try (NDManager step = trainer.getManager().newSubManager()) {
                    var images = step.create(pixels, shape(task));
                    var labels = step.create(classes);
                    images.attach(step);
                    try (var gradients = trainer.newGradientCollector()) {
                        var logits = trainer.forward(new NDList(images));
                        var loss = trainer.getLoss().evaluate(new NDList(labels), logits);
                        gradients.backward(loss);
                        loss.getFloat();
                        logits.close();
                        loss.close();
                    }
                    trainer.step();
                }
            });
        }
    }
}
